//! The form of a sealed value: `sec1.<kid>.<body>`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use thiserror::Error;

/// Bytes that a body has at least: key share and tag.
const OVERHEAD: usize = 48;
/// Lower-case hexadecimal digits of a key id.
const KID: usize = 16;

/// What a sealed value looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole `sec1` value, sealed to a key.
    Sec1 {
        /// The id of the key.
        kid: String,
    },
    /// What Travis CI makes: base64 of 128, 256 or 512 bytes.
    Travis,
    /// Neither.
    Other(Damage),
}

/// Why a value is no `sec1` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// Nothing like it.
    #[error("not a sec1 value")]
    NotSec1,
    /// `sec` with another number.
    #[error("a sealed value of a version that this agent does not know")]
    Version,
    /// Not three parts.
    #[error("a damaged sec1 value: it must have three parts with dots between")]
    Parts,
    /// The second part.
    #[error("a damaged sec1 value: its key id must be 16 lower-case hexadecimal digits")]
    Kid,
    /// The third part.
    #[error("a damaged sec1 value: its body is not base64url without padding")]
    Body,
    /// The third part again.
    #[error("a damaged sec1 value: its body is too short")]
    Short,
}

/// The form of a sealed value.
#[must_use]
pub fn form(text: &str) -> Form {
    let text = text.trim_matches([' ', '\n', '\t']);
    match sec1(text) {
        Ok(kid) => Form::Sec1 { kid },
        Err(Damage::NotSec1) if is_travis(text) => Form::Travis,
        Err(damage) => Form::Other(damage),
    }
}

fn sec1(text: &str) -> Result<String, Damage> {
    let mut parts = text.split('.');
    let version = parts.next().unwrap_or_default();
    let number = version.strip_prefix("sec").ok_or(Damage::NotSec1)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Damage::NotSec1);
    }
    if number != "1" {
        return Err(Damage::Version);
    }
    let (Some(kid), Some(body), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Damage::Parts);
    };
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if kid.len() != KID || !kid.bytes().all(hex) {
        return Err(Damage::Kid);
    }
    // The engine refuses padding and bits beyond the last byte.
    let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| Damage::Body)?;
    if bytes.len() < OVERHEAD {
        return Err(Damage::Short);
    }
    Ok(kid.to_owned())
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    STANDARD.decode(text).ok()
}

/// Whether a text is base64 in the standard alphabet with padding; blanks do not count.
#[must_use]
pub fn is_base64(text: &str) -> bool {
    decoded(text).is_some()
}

fn is_travis(text: &str) -> bool {
    decoded(text).is_some_and(|bytes| matches!(bytes.len(), 64 | 128 | 256 | 512))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(kid: &str, bytes: usize) -> String {
        format!("sec1.{kid}.{}", URL_SAFE_NO_PAD.encode(vec![7; bytes]))
    }

    #[test]
    fn a_whole_value_names_its_key() {
        let kid = "0123456789abcdef".to_owned();
        assert_eq!(form(&sealed(&kid, 60)), Form::Sec1 { kid });
    }

    #[test]
    fn each_damage_has_its_name() {
        let kid = "0123456789abcdef";
        assert_eq!(form("sec1.abc"), Form::Other(Damage::Parts));
        assert_eq!(
            form(&sealed("0123456789ABCDEF", 60)),
            Form::Other(Damage::Kid)
        );
        assert_eq!(form(&sealed(kid, 47)), Form::Other(Damage::Short));
        assert_eq!(form(&format!("sec1.{kid}.a+b")), Form::Other(Damage::Body));
        assert_eq!(
            form(&sealed(kid, 60).replace("sec1", "sec9")),
            Form::Other(Damage::Version)
        );
        assert_eq!(form("$TOKEN"), Form::Other(Damage::NotSec1));
    }

    #[test]
    fn a_travis_value_is_told_by_its_size() {
        assert_eq!(form(&STANDARD.encode([1; 512])), Form::Travis);
        assert_eq!(
            form(&STANDARD.encode([1; 100])),
            Form::Other(Damage::NotSec1)
        );
    }
}
