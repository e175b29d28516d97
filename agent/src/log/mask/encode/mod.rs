//! The shapes in which a tool may print a value: encodings and quotings (threat T6).
//!
//! Every function here gives the inside of the shape, without the quotes around it, and leaves
//! out nothing that is equal to the value itself: the caller keeps a set.

mod base64;
mod escape;
mod hex;
mod percent;
mod shell;

/// One shape of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Shape {
    /// The bytes to look for.
    pub(super) bytes: Vec<u8>,
    /// Tools break lines anywhere inside this shape, so line ends in it do not count.
    pub(super) wraps: bool,
}

/// Every shape of `value` but the value itself.
pub(super) fn shapes(value: &[u8]) -> Vec<Shape> {
    let wrapping = base64::forms(value).into_iter().chain(hex::forms(value));
    let plain = percent::forms(value)
        .into_iter()
        .chain(escape::json(value))
        .chain(escape::xml(value))
        .chain(shell::forms(value));
    let shape = |wraps| move |bytes| Shape { bytes, wraps };
    wrapping
        .map(shape(true))
        .chain(plain.map(shape(false)))
        .collect()
}
