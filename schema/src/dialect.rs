//! Which language is spoken: ours, or the reference's to the letter.

/// Switches our decisions off, so that conformance cases can be met without exemptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The language as we promise it: the reference with our decisions.
    #[default]
    Ours,
    /// The reference alone: `12:30` is a number, bytes from 0x80 up are dropped, and so on.
    Reference,
}
