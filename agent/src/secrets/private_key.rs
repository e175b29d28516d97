//! A private key: it is made, used and wiped here, and shown nowhere.

use super::seal::Kem;
use hpke::{Deserializable, Kem as _, Serializable};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use zeroize::Zeroizing;

/// An X25519 private key. It does not print, and its memory is wiped when dropped.
pub(crate) struct PrivateKey(Zeroizing<[u8; 32]>);

/// The machine's random source failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this machine's random source gives nothing")]
pub struct NoRandom;

/// Fills an array from the machine's random source.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, NoRandom> {
    let mut bytes = Zeroizing::new([0; N]);
    SystemRandom::new()
        .fill(bytes.as_mut_slice())
        .map_err(|_| NoRandom)?;
    Ok(bytes)
}

impl PrivateKey {
    /// A new random key.
    pub(crate) fn generate() -> Result<Self, NoRandom> {
        random().map(Self)
    }

    /// A key from its 32 bytes; `None` for any other length.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    /// The bytes, for sealing at rest only.
    pub(super) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The same key as the cipher suite wants it; it wipes itself, too.
    pub(super) fn for_suite(&self) -> Option<<Kem as hpke::Kem>::PrivateKey> {
        <Kem as hpke::Kem>::PrivateKey::from_bytes(self.0.as_slice()).ok()
    }

    /// The public key that belongs to it.
    pub(crate) fn public(&self) -> Option<[u8; 32]> {
        let bytes = Kem::sk_to_pk(&self.for_suite()?).to_bytes();
        <[u8; 32]>::try_from(bytes.as_slice()).ok()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_not_print_its_bytes() {
        let key = PrivateKey::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "[private key]");
    }

    #[test]
    fn two_keys_differ() {
        let (a, b) = (
            PrivateKey::generate().unwrap(),
            PrivateKey::generate().unwrap(),
        );
        assert_ne!(a.public(), b.public());
    }
}
