//! Secrets: the keyring, sealing and opening, and the one type that holds plaintext.
//!
//! A secret is sealed with the public key of one repository and bound to one place of its config
//! (format `sec1`, `docs/secrets.md`). Private keys lie in the data folder, sealed themselves with
//! a master key, and never leave this room: others see [`Keyring`] and [`Opener`] only.

mod assignment;
mod at_rest;
mod error;
mod framing;
mod key_file;
mod keyring;
mod kid;
mod master;
mod open;
mod plaintext;
mod private_key;
mod public_key;
mod rotation;
mod seal;
mod sealed;
mod slot;
mod variable;

pub(crate) use assignment::check_value;
pub use assignment::{Assignment, ContentError, MAX_PLAINTEXT, reserved_name, valid_name};
pub use at_rest::AtRestError;
pub use error::{MadeFor, Place, SecretError, SecretErrorKind};
pub use framing::TooLong;
pub use key_file::KeyEntry;
pub use keyring::{Keyring, KeyringError};
pub use kid::Kid;
pub use master::{MasterError, MasterKeys, MasterSources};
pub use open::Opener;
pub use plaintext::Plaintext;
pub use public_key::{PublicKey, PublicKeyError, Repository};
pub use rotation::Rotation;
pub use seal::{SealError, seal};
pub use sealed::Sealed;
pub use slot::{Slot, field_path};
pub use variable::{VariableError, VariablePlace};

#[cfg(test)]
mod tests;
