//! Whether a delivery comes from GitHub: HMAC-SHA256 over the bytes of its body (security T19).
//!
//! Only `X-Hub-Signature-256` counts. GitHub still sends SHA-1 beside it, which is never looked at.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The secret that a webhook signs with; never empty, because anybody can sign with nothing.
#[derive(Clone, Debug)]
pub struct WebhookSecret(SecretString);

/// A secret of no characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's secret must not be empty: anybody could sign with it")]
pub struct EmptySecret;

/// The secrets that count now: one, or two while the webhooks are given a new one.
#[derive(Clone, Debug)]
pub struct WebhookSecrets {
    /// The one in use, which new webhooks are given.
    pub current: WebhookSecret,
    /// The one before, until every webhook has the new one.
    pub former: Option<WebhookSecret>,
}

/// The value of `X-Hub-Signature-256`, read but not yet compared.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

impl WebhookSecret {
    /// Takes a secret over.
    ///
    /// # Errors
    /// It is empty.
    pub fn new(secret: SecretString) -> Result<Self, EmptySecret> {
        if secret.expose_secret().is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(secret))
    }

    /// The secret itself, for the one call that hands it to GitHub.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    fn signed(&self, signature: Signature, body: &[u8]) -> bool {
        // HMAC takes keys of every length; an error would mean that nothing verifies.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.expose().as_bytes()) else {
            return false;
        };
        mac.chain_update(body).verify_slice(&signature.0).is_ok()
    }
}

impl WebhookSecrets {
    /// Takes the secret in use over, and the one before it where there is one.
    ///
    /// # Errors
    /// One of them is empty.
    pub fn new(current: SecretString, former: Option<SecretString>) -> Result<Self, EmptySecret> {
        Ok(Self {
            current: WebhookSecret::new(current)?,
            former: former.map(WebhookSecret::new).transpose()?,
        })
    }

    /// Whether one of the secrets signed this body. The comparison takes the same time wherever
    /// the first wrong byte is.
    #[must_use]
    pub fn signed(&self, signature: Signature, body: &[u8]) -> bool {
        let current = self.current.signed(signature, body);
        let former = self
            .former
            .as_ref()
            .is_some_and(|former| former.signed(signature, body));
        current | former
    }
}

impl Signature {
    /// Reads the header's value: `sha256=` and 64 hex digits in lower case, as GitHub writes it and
    /// nothing else; upper case is refused.
    #[must_use]
    pub fn parse(header: &[u8]) -> Option<Self> {
        let digits = header.strip_prefix(b"sha256=")?;
        let mut signature = [0; 32];
        if digits.len() != 2 * signature.len() {
            return None;
        }
        for (byte, pair) in signature.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(signature))
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_secret_cannot_be_made() {
        assert!(matches!(WebhookSecret::new("".into()), Err(EmptySecret)));
        assert!(WebhookSecrets::new("a".into(), Some("".into())).is_err());
    }

    #[test]
    fn a_secret_does_not_print() {
        let secrets = WebhookSecrets::new("hunter2".into(), Some("hunter1".into())).unwrap();
        assert!(!format!("{secrets:?}").contains("hunter"));
    }

    proptest! {
        #[test]
        fn no_header_breaks_the_parser(header: Vec<u8>) {
            prop_assert!(Signature::parse(&header).is_none());
        }

        #[test]
        fn only_the_signed_bytes_verify(body: Vec<u8>, flip in 0_usize..256) {
            let secrets = WebhookSecrets::new("s".into(), None).unwrap();
            let tag: [u8; 32] = Hmac::<Sha256>::new_from_slice(b"s").unwrap()
                .chain_update(&body).finalize().into_bytes().into();
            prop_assert!(secrets.signed(Signature(tag), &body));
            let mut wrong = tag;
            wrong[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!secrets.signed(Signature(wrong), &body));
        }
    }
}
