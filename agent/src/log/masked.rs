//! Bytes that have been through the masker, as types.

/// Bytes that may be stored and shown. Only this room makes them, so that nothing unmasked
/// reaches storage or a terminal by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masked<'a>(&'a [u8]);

impl<'a> Masked<'a> {
    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The first `at` bytes and the rest; all and nothing when there are fewer.
    #[must_use]
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at(at.min(self.0.len()));
        (Self(head), Self(tail))
    }
}

/// Masked bytes with their own memory: what the masker writes into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedBuf(Vec<u8>);

impl MaskedBuf {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What it holds.
    #[must_use]
    pub fn as_masked(&self) -> Masked<'_> {
        Masked(&self.0)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Empties it and keeps its memory for the next round.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// For this room only: the masker's output, what storage gives back, and our own notices.
    pub(in crate::log) fn inner(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}
