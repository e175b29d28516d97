//! Hides secrets in a stream of bytes.
//!
//! What is promised (threat T6): each secret of three bytes or more is replaced by `[secure]`,
//! however the stream is cut into writes,
//! - as it is, with line ends as a file or a terminal has them, and line by line when it has
//!   several (lines of four bytes or more);
//! - in base64 at each of its three alignments, standard and URL-safe, and in hexadecimal, both
//!   also when wrapped over lines;
//! - percent-encoded, inside JSON and XML, and inside shell quoting as `set -x` prints it;
//! - with colours and other control sequences of a terminal in its middle.
//!
//! What is not: a value reversed, compressed, encoded twice, or printed a letter a line. Code that
//! is given a secret can always print it in a way nobody expects; the true promise is about who is
//! given the secret.
//!
//! How: one Aho-Corasick automaton over all these needles tells where any of them ends; the union
//! of the ranges is hidden, so secrets that overlap leave nothing behind. Over most text the
//! automaton does not run at all (`skip`). Two more readers (`lane`) of the same automaton
//! wake only where a control sequence or a line end interrupts what could become a needle.

mod csi;
mod encode;
mod engine;
mod lane;
mod mark;
mod needles;
mod skip;
mod spans;
mod stream;

use std::fmt;
use std::sync::Arc;

use engine::Engine;
pub use needles::{MIN_LINE, MIN_VALUE};
use stream::Sight;
pub use stream::{Checkpoint, MaskStream};

use super::masked::MaskedBuf;
use crate::secrets::Plaintext;

/// Knows the secrets of one job. Cheap to clone; it neither prints nor gives them back.
#[derive(Clone)]
pub struct Masker {
    sight: Sight,
    mark: &'static [u8],
    bare_values: usize,
}

impl Masker {
    /// Prepares to hide `secrets`. Takes some milliseconds for some dozens of them.
    #[must_use]
    pub fn new(secrets: &[Plaintext]) -> Self {
        let needles = needles::gather(secrets);
        let sight = match Engine::new(&needles.list) {
            _ if needles.list.is_empty() => Sight::Nothing,
            Some(engine) => Sight::Needles(Arc::new(engine)),
            None => Sight::Blind,
        };
        Self {
            sight,
            mark: mark::choose(&needles.list),
            bare_values: needles.bare_values,
        }
    }

    /// A masker of nothing, for what has no secrets.
    #[must_use]
    pub fn none() -> Self {
        Self::new(&[])
    }

    /// Begins a stream.
    #[must_use]
    pub fn stream(&self) -> MaskStream {
        self.resume(Checkpoint::default())
    }

    /// Goes on with a stream where another one stood; the input must follow from its `raw`.
    #[must_use]
    pub fn resume(&self, from: Checkpoint) -> MaskStream {
        MaskStream::new(self.sight.clone(), self.mark, from)
    }

    /// Hides secrets in one whole text: a job's name, a message, a commit status.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut out = MaskedBuf::new();
        let mut stream = self.stream();
        stream.push(text.as_bytes(), &mut out);
        stream.finish(&mut out);
        String::from_utf8_lossy(out.bytes()).into_owned()
    }

    /// Secrets of which, for their number and size, only the value and its lines are hidden and
    /// no encodings. Not zero only beyond some hundred kilobytes of secrets; worth a warning.
    #[must_use]
    pub fn bare_values(&self) -> usize {
        self.bare_values
    }

    /// What stands in place of a secret: `[secure]`, or another mark where that would show one.
    #[must_use]
    pub fn mark(&self) -> &'static [u8] {
        self.mark
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masker(…)")
    }
}

#[cfg(test)]
mod properties;
