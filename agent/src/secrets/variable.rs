//! Values of variables at rest, sealed with the master key.
//!
//! `0x01 || master_id[8] || salt[16] || nonce[12] || ciphertext || tag[16]`, as private keys are, with
//! a purpose of its own. The associated data is the length-prefixed tuple (table, repository, name,
//! branch, public), so that no row can pose as another, and no secret one as public.

use super::at_rest::{self, AtRestError};
use super::framing::Framed;
use super::master::MasterKeys;
use super::plaintext::Plaintext;

const PURPOSE: &[u8] = b"ci-agent/variable/1";

/// Why a value at rest cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// It was sealed with a master key that the agent was not given.
    #[error("it is sealed with another master key")]
    OtherMaster,
    /// Its bytes were changed, or belong to another variable.
    #[error("its row in the database is damaged, or was changed by somebody else")]
    Damaged,
    /// No random bytes.
    #[error("the system gives no random numbers")]
    NoRandom,
}

impl From<AtRestError> for VariableError {
    fn from(error: AtRestError) -> Self {
        match error {
            AtRestError::OtherMaster => Self::OtherMaster,
            AtRestError::Damaged => Self::Damaged,
            AtRestError::NoRandom(_) => Self::NoRandom,
        }
    }
}

/// Which variable a value belongs to; it opens for no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariablePlace<'a> {
    /// The forge's number of the repository.
    pub repository: u64,
    /// The variable's name.
    pub name: &'a str,
    /// The branch that it is for; none for all.
    pub branch: Option<&'a str>,
    /// Whether logs may show it.
    pub public: bool,
}

impl VariablePlace<'_> {
    /// Seals a value with the active master key.
    ///
    /// # Errors
    /// No random numbers.
    pub fn seal(self, value: &Plaintext, masters: &MasterKeys) -> Result<Vec<u8>, VariableError> {
        let sealed = at_rest::seal_bytes(value.expose(), masters, PURPOSE, self.aad()?);
        Ok(sealed?)
    }

    /// Opens a value with whichever master key it was sealed with.
    ///
    /// # Errors
    /// Another master key, or bytes that were not sealed for this variable.
    pub fn open(self, sealed: &[u8], masters: &MasterKeys) -> Result<Plaintext, VariableError> {
        let opened = at_rest::open_bytes(sealed, masters, PURPOSE, self.aad()?)?;
        Ok(Plaintext::new(opened.to_vec()))
    }

    /// The value sealed anew with the active master key; none where it is already.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::seal`].
    pub fn reseal(
        self,
        sealed: &[u8],
        masters: &MasterKeys,
    ) -> Result<Option<Vec<u8>>, VariableError> {
        if at_rest::is_current(sealed, masters) {
            return Ok(None);
        }
        self.seal(&self.open(sealed, masters)?, masters).map(Some)
    }

    fn aad(self) -> Result<Vec<u8>, VariableError> {
        let framed = Framed::default()
            .text("variables")
            .and_then(|framed| framed.number(self.repository).text(self.name))
            .and_then(|framed| {
                let framed = framed.number(u64::from(self.branch.is_some()));
                framed.text(self.branch.unwrap_or_default())
            });
        let framed = framed.map_err(|_| VariableError::Damaged)?;
        Ok(framed.number(u64::from(self.public)).into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::master::MasterKey;

    const PLACE: VariablePlace<'_> = VariablePlace {
        repository: 12,
        name: "TOKEN",
        branch: None,
        public: false,
    };

    fn masters(byte: u8) -> MasterKeys {
        MasterKeys::new(MasterKey::from_bytes(&[byte; 32]).unwrap(), None)
    }

    fn value() -> Plaintext {
        Plaintext::new(b"hunter2 hunter2".to_vec())
    }

    #[test]
    fn a_value_opens_again_and_only_for_its_own_row() {
        let sealed = PLACE.seal(&value(), &masters(1)).unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(PLACE.open(&sealed, &masters(1)), Ok(value()));
        let others = [
            VariablePlace {
                repository: 13,
                ..PLACE
            },
            VariablePlace {
                name: "TOKE",
                ..PLACE
            },
            VariablePlace {
                branch: Some(""),
                ..PLACE
            },
            VariablePlace {
                branch: Some("main"),
                ..PLACE
            },
            VariablePlace {
                public: true,
                ..PLACE
            },
        ];
        for other in others {
            let refused = other.open(&sealed, &masters(1));
            assert_eq!(refused, Err(VariableError::Damaged), "{other:?}");
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let sealed = PLACE.seal(&value(), &masters(1)).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(PLACE.open(&changed, &masters(1)).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(PLACE.open(&sealed[..length], &masters(1)).is_err());
        }
    }

    #[test]
    fn another_master_key_is_told_from_damage_and_the_former_one_still_opens() {
        let sealed = PLACE.seal(&value(), &masters(1)).unwrap();
        let other = PLACE.open(&sealed, &masters(2));
        assert_eq!(other, Err(VariableError::OtherMaster));
        let both = MasterKeys::new(
            MasterKey::from_bytes(&[2; 32]).unwrap(),
            MasterKey::from_bytes(&[1; 32]),
        );
        let anew = PLACE.reseal(&sealed, &both).unwrap().unwrap();
        assert_eq!(PLACE.open(&anew, &masters(2)), Ok(value()));
        assert_eq!(PLACE.reseal(&anew, &masters(2)), Ok(None));
    }

    #[test]
    fn a_key_at_rest_does_not_open_as_a_value() {
        let bytes = [7; 32];
        let aad = PLACE.aad().unwrap();
        let sealed = at_rest::seal_bytes(&bytes, &masters(1), b"ci-agent/repo-key/1", aad);
        let opened = PLACE.open(&sealed.unwrap(), &masters(1));
        assert_eq!(opened, Err(VariableError::Damaged));
    }
}
