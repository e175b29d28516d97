//! Private keys at rest, sealed with the master key; variables are sealed in the same form.
//!
//! `0x01 || master_id[8] || salt[16] || nonce[12] || AES-256-GCM(k, sk[32])`, 85 bytes, where
//! `k = HKDF-SHA256(salt, master, "ci-agent/repo-key/1")` and the associated data is the
//! length-prefixed tuple (table, repository id, key id), so that no row can pose as another.

use super::framing::Framed;
use super::kid::Kid;
use super::master::{MasterKey, MasterKeys};
use super::private_key::{NoRandom, PrivateKey, random};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 8 + 16 + 12;
const LENGTH: usize = HEADER + 32 + 16;

/// Why a private key at rest cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AtRestError {
    /// It was sealed with a master key that the agent was not given.
    #[error("the private key is sealed with another master key")]
    OtherMaster,
    /// Its bytes were changed, or belong to another key.
    #[error("the private key's file is damaged")]
    Damaged,
    /// No random bytes.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

/// What a key at rest is derived for.
const PURPOSE: &[u8] = b"ci-agent/repo-key/1";

fn aad(repo_id: u64, kid: Kid) -> Result<Vec<u8>, AtRestError> {
    let framed = Framed::default()
        .text("repo_keys")
        .and_then(|framed| framed.number(repo_id).text(&kid.to_string()));
    framed
        .map(Framed::into_bytes)
        .map_err(|_| AtRestError::Damaged)
}

fn derive(
    master: &MasterKey,
    salt: &[u8],
    purpose: &'static [u8],
) -> Result<LessSafeKey, AtRestError> {
    Salt::new(HKDF_SHA256, salt)
        .extract(master.expose())
        .expand(&[purpose], &AES_256_GCM)
        .map(UnboundKey::from)
        .map(LessSafeKey::new)
        .map_err(|_| AtRestError::Damaged)
}

/// Seals bytes with the active master key, for one purpose and one row.
pub(super) fn seal_bytes(
    bytes: &[u8],
    masters: &MasterKeys,
    purpose: &'static [u8],
    aad: Vec<u8>,
) -> Result<Vec<u8>, AtRestError> {
    let master = masters.active();
    let salt = random::<16>()?;
    let nonce = random::<12>()?;
    let mut secret = Zeroizing::new(bytes.to_vec());
    let tag = derive(master, salt.as_slice(), purpose)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(aad),
            secret.as_mut_slice(),
        )
        .map_err(|_| AtRestError::Damaged)?;
    let parts: [&[u8]; 6] = [
        &[VERSION],
        master.id(),
        salt.as_slice(),
        nonce.as_slice(),
        secret.as_slice(),
        tag.as_ref(),
    ];
    Ok(parts.concat())
}

/// Opens bytes with whichever master key they were sealed with.
pub(super) fn open_bytes(
    sealed: &[u8],
    masters: &MasterKeys,
    purpose: &'static [u8],
    aad: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, AtRestError> {
    let damaged = AtRestError::Damaged;
    if sealed.first() != Some(&VERSION) {
        return Err(damaged);
    }
    let (header, body) = sealed.split_at_checked(HEADER).ok_or(damaged)?;
    let master_id = header.get(1..9).ok_or(damaged)?;
    let salt = header.get(9..25).ok_or(damaged)?;
    let nonce = header.get(25..).ok_or(damaged)?;
    let master = masters.find(master_id).ok_or(AtRestError::OtherMaster)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged)?;
    let mut body = Zeroizing::new(body.to_vec());
    let length = derive(master, salt, purpose)?
        .open_in_place(nonce, Aad::from(aad), body.as_mut_slice())
        .map_err(|_| damaged)?
        .len();
    body.truncate(length);
    Ok(body)
}

/// Seals a private key with the active master key.
pub(super) fn seal(
    key: &PrivateKey,
    masters: &MasterKeys,
    repo_id: u64,
    kid: Kid,
) -> Result<Vec<u8>, AtRestError> {
    seal_bytes(key.expose(), masters, PURPOSE, aad(repo_id, kid)?)
}

/// Opens a private key with whichever master key it was sealed with.
pub(super) fn open(
    sealed: &[u8],
    masters: &MasterKeys,
    repo_id: u64,
    kid: Kid,
) -> Result<PrivateKey, AtRestError> {
    if sealed.len() != LENGTH {
        return Err(AtRestError::Damaged);
    }
    let opened = open_bytes(sealed, masters, PURPOSE, aad(repo_id, kid)?)?;
    PrivateKey::from_bytes(&opened).ok_or(AtRestError::Damaged)
}

/// Whether it was sealed with the active master key.
pub(super) fn is_current(sealed: &[u8], masters: &MasterKeys) -> bool {
    sealed.get(1..9) == Some(masters.active().id().as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kid() -> Kid {
        "7ab683686fe5f9ea".parse().unwrap()
    }

    fn masters(byte: u8) -> MasterKeys {
        MasterKeys::new(MasterKey::from_bytes(&[byte; 32]).unwrap(), None)
    }

    #[test]
    fn what_is_sealed_opens_again() {
        let key = PrivateKey::from_bytes(&[7; 32]).unwrap();
        let sealed = seal(&key, &masters(1), 12, kid()).unwrap();
        assert_eq!(sealed.len(), 85);
        assert!(!sealed.windows(8).any(|window| window == [7; 8]));
        let opened = open(&sealed, &masters(1), 12, kid()).unwrap();
        assert_eq!(opened.expose(), key.expose());
    }

    #[test]
    fn another_master_key_is_told_from_damage() {
        let key = PrivateKey::from_bytes(&[7; 32]).unwrap();
        let sealed = seal(&key, &masters(1), 12, kid()).unwrap();
        assert_eq!(
            open(&sealed, &masters(2), 12, kid()).unwrap_err(),
            AtRestError::OtherMaster
        );
        let mut damaged = sealed;
        damaged[60] ^= 1;
        assert_eq!(
            open(&damaged, &masters(1), 12, kid()).unwrap_err(),
            AtRestError::Damaged
        );
    }

    #[test]
    fn every_flipped_bit_and_every_other_row_is_refused() {
        let key = PrivateKey::from_bytes(&[7; 32]).unwrap();
        let sealed = seal(&key, &masters(1), 12, kid()).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&changed, &masters(1), 12, kid()).is_err(), "bit {bit}");
        }
        assert!(open(&sealed, &masters(1), 13, kid()).is_err());
        assert!(
            open(
                &sealed,
                &masters(1),
                12,
                "0000000000000000".parse().unwrap()
            )
            .is_err()
        );
        assert!(open(&sealed[..84], &masters(1), 12, kid()).is_err());
    }

    #[test]
    fn the_former_master_key_still_opens_during_its_rotation() {
        let key = PrivateKey::from_bytes(&[7; 32]).unwrap();
        let sealed = seal(&key, &masters(1), 12, kid()).unwrap();
        let both = MasterKeys::new(
            MasterKey::from_bytes(&[2; 32]).unwrap(),
            MasterKey::from_bytes(&[1; 32]),
        );
        assert!(open(&sealed, &both, 12, kid()).is_ok());
        assert!(!is_current(&sealed, &both));
    }
}
