//! Whose rules hold where ours and the reference's differ.

/// Whose rules hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Ours, with every decision.
    #[default]
    Agent,
    /// Those of Travis CI to the letter, for the conformance cases.
    Reference,
}
