//! Sealing for a repository's key, and opening with it: HPKE (RFC 9180) in base mode, single shot.
//!
//! All that a string is bound to goes into `info`; the associated data stays empty, so that other
//! implementations without such an argument can write the format, too.

use super::framing::{Framed, TooLong};
use super::plaintext::Plaintext;
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use super::sealed::Sealed;
use super::slot::Slot;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};

pub(super) type Kem = X25519HkdfSha256;

/// Why a value could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The slot's path or the host is beyond all bounds.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The public key is one that keeps nothing secret (a point of low order).
    #[error("the public key is not usable")]
    Key,
}

fn info(host: &str, repo_id: u64, slot: &Slot) -> Result<Vec<u8>, TooLong> {
    Ok(Framed::labelled("ci-agent/secure/1")
        .text(host)?
        .number(repo_id)
        .text(&slot.to_string())?
        .into_bytes())
}

/// Seals a plaintext for a repository and a slot. What the plaintext must look like is checked
/// before, by [`super::Assignment`].
///
/// # Errors
/// When the key cannot be used or the slot's path is longer than 65,535 bytes.
pub fn seal(key: &PublicKey, slot: &Slot, plaintext: &Plaintext) -> Result<Sealed, SealError> {
    let info = info(&key.repository.host, key.repository.id, slot)?;
    let recipient =
        <Kem as hpke::Kem>::PublicKey::from_bytes(key.bytes()).map_err(|_| SealError::Key)?;
    let (sender, ciphertext) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &recipient,
        &info,
        plaintext.expose(),
        &[],
    )
    .map_err(|_| SealError::Key)?;
    let mut body = sender.to_bytes().to_vec();
    body.extend_from_slice(&ciphertext);
    Ok(Sealed::new(key.kid(), body))
}

/// Opens a string for exactly this repository and slot; `None` says no more than that it does not.
pub(super) fn open(
    sealed: &Sealed,
    key: &PrivateKey,
    host: &str,
    repo_id: u64,
    slot: &Slot,
) -> Option<Plaintext> {
    let (sender, ciphertext) = sealed.parts()?;
    let sender = <Kem as hpke::Kem>::EncappedKey::from_bytes(sender).ok()?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &key.for_suite()?,
        &sender,
        &info(host, repo_id, slot).ok()?,
        ciphertext,
        &[],
    )
    .ok()
    .map(Plaintext::new)
}
