//! The one type that holds a secret in the clear.

use std::fmt;
use zeroize::Zeroizing;

/// A secret in the clear. It neither prints nor serialises, and its memory is wiped when dropped.
///
/// ```compile_fail,E0277
/// let secret = agent::secrets::Plaintext::new(b"hunter2".to_vec());
/// println!("{secret}");
/// ```
///
/// ```compile_fail,E0277
/// let secret = agent::secrets::Plaintext::new(b"hunter2".to_vec());
/// let _ = serde_json::to_string(&secret);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Takes the bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the few places that must have them: the masker and a job's standard input.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secure]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_of_the_value() {
        let secret = Plaintext::new(b"hunter2".to_vec());
        assert_eq!(format!("{secret:?}"), "[secure]");
    }
}
