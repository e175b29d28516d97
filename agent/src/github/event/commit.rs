//! The name of a commit or tag object.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A full object name: 40 hex digits in lower case, or 64 in a SHA-256 repository; never all zeros,
/// with which GitHub says that there is none.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha(String);

impl Sha {
    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a name where all zeros mean none.
    pub(super) fn or_zeros(text: &str) -> Result<Option<Self>, String> {
        if is_name(text) && text.bytes().all(|byte| byte == b'0') {
            return Ok(None);
        }
        text.parse().map(Some)
    }
}

impl FromStr for Sha {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_name(text) && text.bytes().any(|byte| byte != b'0') {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(80).collect();
        Err(format!("{shown:?} is not the full name of a commit"))
    }
}

fn is_name(text: &str) -> bool {
    let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    matches!(text.len(), 40 | 64) && text.bytes().all(digit)
}

impl TryFrom<String> for Sha {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Sha> for String {
    fn from(sha: Sha) -> Self {
        sha.0
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_name_is_one() {
        assert!("a1".repeat(20).parse::<Sha>().is_ok());
        assert!("a1".repeat(32).parse::<Sha>().is_ok());
        for text in [
            String::new(),
            "a1".repeat(19),
            "A1".repeat(20),
            "0".repeat(40),
            "g1".repeat(20),
            "--upload-pack=touch".to_owned(),
        ] {
            assert!(text.parse::<Sha>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn zeros_mean_none() {
        assert_eq!(Sha::or_zeros(&"0".repeat(40)), Ok(None));
        assert!(Sha::or_zeros("000").is_err());
        assert!(Sha::or_zeros(&"a".repeat(40)).is_ok_and(|sha| sha.is_some()));
    }
}
