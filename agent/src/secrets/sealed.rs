//! A `sec1` string taken apart.

use super::assignment::{ContentError, MAX_PLAINTEXT};
use super::error::SecretErrorKind;
use super::kid::Kid;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64URL};
use std::str::FromStr;

/// Bytes that sealing adds: the sender's one-time key (32) and the tag (16).
pub(super) const OVERHEAD: usize = 48;

/// `sec1.<kid>.<body>` with its body decoded; nothing is opened yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key it was sealed for.
    pub kid: Kid,
    body: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sec1.{}.[sealed]", self.kid)
    }
}

impl Sealed {
    /// A sealed body for a key.
    pub(super) fn new(kid: Kid, body: Vec<u8>) -> Self {
        Self { kid, body }
    }

    /// The sender's one-time key, and the ciphertext with its tag.
    pub(super) fn parts(&self) -> Option<(&[u8], &[u8])> {
        self.body.split_at_checked(32)
    }

    /// The string for a config.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("sec1.{}.{}", self.kid, BASE64URL.encode(&self.body))
    }
}

impl FromStr for Sealed {
    type Err = SecretErrorKind;

    /// Takes a string apart, strictly: any other spelling of the same bytes is refused.
    fn from_str(text: &str) -> Result<Self, SecretErrorKind> {
        let not_sealed = || SecretErrorKind::NotSealed {
            travis: looks_like_travis(text),
        };
        let mut parts = text.splitn(3, '.');
        match parts.next().and_then(version) {
            Some("1") => {}
            Some(other) => return Err(SecretErrorKind::UnknownVersion(other.to_owned())),
            None => return Err(not_sealed()),
        }
        let (Some(kid), Some(body)) = (parts.next(), parts.next()) else {
            return Err(not_sealed());
        };
        let kid = kid.parse().map_err(|_| not_sealed())?;
        if body.len() > (MAX_PLAINTEXT + OVERHEAD).div_ceil(3) * 4 {
            return Err(SecretErrorKind::Content(ContentError::TooLarge));
        }
        let body = BASE64URL
            .decode(body)
            .map_err(|_| SecretErrorKind::BadEncoding)?;
        if body.len() < OVERHEAD {
            return Err(SecretErrorKind::TooShort);
        }
        Ok(Self { kid, body })
    }
}

/// The number behind `sec`, when that is all there is.
fn version(word: &str) -> Option<&str> {
    let number = word.strip_prefix("sec")?;
    let plausible = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(number)
}

/// Whether a text is what `travis encrypt` makes: base64, perhaps in lines, of an RSA block.
fn looks_like_travis(text: &str) -> bool {
    let packed: String = text.split_whitespace().collect();
    BASE64_STANDARD
        .decode(packed)
        .is_ok_and(|bytes| matches!(bytes.len(), 128 | 256 | 512))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KID: &str = "7ab683686fe5f9ea";

    fn refusal(text: &str) -> SecretErrorKind {
        text.parse::<Sealed>().unwrap_err()
    }

    #[test]
    fn each_mistake_has_its_own_error() {
        let travis = BASE64_STANDARD.encode([9; 512]);
        let travis_in_lines = format!("{}\n{}", &travis[..60], &travis[60..]);
        assert_eq!(
            refusal(&travis),
            SecretErrorKind::NotSealed { travis: true }
        );
        assert_eq!(
            refusal(&travis_in_lines),
            SecretErrorKind::NotSealed { travis: true }
        );
        for not_sealed in [
            "",
            "hunter2",
            "sec1",
            "sec1.",
            "sec1.x.AAAA",
            "SEC1.7ab683686fe5f9ea.AA",
            "sec.7ab683686fe5f9ea.AA",
        ] {
            assert_eq!(
                refusal(not_sealed),
                SecretErrorKind::NotSealed { travis: false },
                "{not_sealed}"
            );
        }
        assert_eq!(
            refusal("sec9.x.y"),
            SecretErrorKind::UnknownVersion("9".into())
        );
        assert_eq!(
            refusal("sec01.x.y"),
            SecretErrorKind::UnknownVersion("01".into())
        );
        assert_eq!(
            refusal(&format!("sec1.{KID}.{}", "A".repeat(63))),
            SecretErrorKind::TooShort
        );
        let whole = "A".repeat(64);
        for bad in [
            format!("{whole}="),
            format!("{whole}+"),
            format!("{whole}AB"),
            format!("{whole}\n"),
            format!("{whole}.A"),
        ] {
            assert_eq!(
                refusal(&format!("sec1.{KID}.{bad}")),
                SecretErrorKind::BadEncoding,
                "{bad}"
            );
        }
        let huge = format!("sec1.{KID}.{}", "A".repeat(90_000));
        assert_eq!(
            refusal(&huge),
            SecretErrorKind::Content(ContentError::TooLarge)
        );
    }

    #[test]
    fn a_string_prints_as_it_was_read_and_debug_hides_it() {
        let text = format!("sec1.{KID}.{}", "A".repeat(64));
        let sealed: Sealed = text.parse().unwrap();
        assert_eq!(sealed.to_text(), text);
        assert_eq!(format!("{sealed:?}"), format!("sec1.{KID}.[sealed]"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]
        #[test]
        fn any_text_is_read_or_refused(text in "(sec1?\\.?)?([0-9a-f]{16}\\.)?\\PC{0,120}") {
            if let Ok(sealed) = text.parse::<Sealed>() {
                prop_assert_eq!(sealed.to_text(), text);
            }
        }
    }
}
