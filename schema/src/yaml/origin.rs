//! Where the characters of a mended text come from.

use std::ops::Range;

/// The byte in the text as written of each character of the text that is parsed.
pub(super) enum Origin {
    /// Characters of one byte each that stand there one after the other.
    Run(Range<u32>),
    /// Any others.
    Each(Vec<u32>),
}

impl Origin {
    /// How many characters there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Run(bytes) => bytes.len(),
            Self::Each(bytes) => bytes.len(),
        }
    }

    /// The byte of one character.
    pub(super) fn get(&self, index: usize) -> Option<usize> {
        match self {
            Self::Run(bytes) => {
                let at = (bytes.start as usize).checked_add(index)?;
                (at < bytes.end as usize).then_some(at)
            }
            Self::Each(bytes) => bytes.get(index).map(|at| *at as usize),
        }
    }

    /// The byte of the last character.
    pub(super) fn last(&self) -> Option<usize> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The bytes one by one.
    pub(super) fn into_each(self) -> Vec<u32> {
        match self {
            Self::Run(bytes) => bytes.collect(),
            Self::Each(bytes) => bytes,
        }
    }
}
