//! The short name of a public key.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The first eight bytes of SHA-256 of a public key; printed as 16 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid([u8; 8]);

/// The text is not 16 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key id is 16 lower-case hex digits")]
pub struct BadKid;

impl Kid {
    /// The id of a public key.
    pub(super) fn of(public: &[u8; 32]) -> Self {
        let digest = Sha256::digest(public);
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        Self(id)
    }
}

impl FromStr for Kid {
    type Err = BadKid;

    fn from_str(text: &str) -> Result<Self, BadKid> {
        if text.len() != 16 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(BadKid);
        }
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadKid);
        }
        u64::from_str_radix(text, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| BadKid)
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses_back() {
        let kid: Kid = "00b683686fe5f9ea".parse().unwrap();
        assert_eq!(kid.to_string(), "00b683686fe5f9ea");
    }

    #[test]
    fn only_lower_case_hex_of_the_right_length() {
        for bad in [
            "",
            "7AB683686fe5f9ea",
            "7ab683686fe5f9e",
            "+ab683686fe5f9ea",
            "zzzzzzzzzzzzzzzz",
        ] {
            assert!(bad.parse::<Kid>().is_err(), "{bad}");
        }
    }
}
