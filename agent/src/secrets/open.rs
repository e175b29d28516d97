//! Opening the secure strings of one repository's config.

use super::assignment::{Assignment, check_value};
use super::error::{MadeFor, Place, SecretError, SecretErrorKind};
use super::keyring::{Keyring, open_private};
use super::kid::Kid;
use super::master::{MasterError, MasterKeys};
use super::plaintext::Plaintext;
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use super::seal;
use super::sealed::Sealed;
use super::slot::{Slot, field_path};

/// Opens strings of one repository. Private keys are unsealed once, when it is made; whoever has
/// no right to secrets must not make one.
#[derive(Debug)]
pub struct Opener {
    host: String,
    repo_id: u64,
    keys: Vec<(Kid, Key)>,
    /// The key that the checkout names as the repository's.
    committed: Option<Kid>,
}

#[derive(Debug)]
enum Key {
    Ready(PrivateKey),
    Retired,
    /// It cannot be unsealed, and why.
    Locked(String),
}

impl Opener {
    /// The opener of one repository. A missing master key is no error yet: it is told for the first
    /// string that needs it (E8).
    #[must_use]
    pub fn new(
        keyring: &Keyring,
        masters: &Result<MasterKeys, MasterError>,
        host: &str,
        repo_id: u64,
    ) -> Self {
        let unseal = |entry| match masters {
            Ok(masters) => match open_private(entry, masters) {
                Ok(private) => Key::Ready(private),
                Err(error) => Key::Locked(error.to_string()),
            },
            Err(error) => Key::Locked(error.to_string()),
        };
        let keys = keyring.of(host, repo_id).map(|entry| {
            let key = match entry.retired {
                Some(_) => Key::Retired,
                None => unseal(entry),
            };
            (entry.kid(), key)
        });
        Self {
            host: host.to_owned(),
            repo_id,
            keys: keys.collect(),
            committed: None,
        }
    }

    /// The same with the public key that lies in the checkout, so that a string sealed with it is
    /// told from one of a stranger's key when the private half is not here. A key of another
    /// repository is not looked at.
    #[must_use]
    pub fn with_committed(mut self, key: Option<&PublicKey>) -> Self {
        let own =
            key.filter(|key| key.repository.host == self.host && key.repository.id == self.repo_id);
        self.committed = own.map(PublicKey::kid);
        self
    }

    /// Opens an entry of `env`. `under` is the key it stands under (`NAME: {secure: …}`), and the
    /// sealed name must then be the same.
    ///
    /// # Errors
    /// With the place, and with neither ciphertext nor plaintext.
    pub fn open_env(
        &self,
        sealed: &str,
        place: &Place,
        under: Option<&str>,
    ) -> Result<(String, Plaintext), SecretError> {
        let refuse = |kind| SecretError {
            place: place.clone(),
            kind,
        };
        let (sealed, key) = self.find(sealed).map_err(refuse)?;
        let Some(plaintext) = self.try_slot(&sealed, key, &Slot::Env) else {
            let field = self.try_slot(&sealed, key, &Slot::Field).is_some();
            return Err(refuse(other_place(field, MadeFor::Field)));
        };
        let Assignment { name, value } = Assignment::from_plaintext(&plaintext)
            .map_err(|error| refuse(SecretErrorKind::Content(error)))?;
        match under {
            Some(key) if key != name => Err(refuse(SecretErrorKind::OtherName {
                sealed: name,
                key: key.to_owned(),
            })),
            _ => Ok((name, value)),
        }
    }

    /// Opens a field of a deploy entry. The place's key path says which field it is: list indexes
    /// and a leading `jobs.include[…]` do not count ([`field_path`]). Any other place than a deploy
    /// entry is refused, whatever the string was made for (T43).
    ///
    /// # Errors
    /// With the place, and with neither ciphertext nor plaintext.
    pub fn open_field(&self, sealed: &str, place: &Place) -> Result<Plaintext, SecretError> {
        let refuse = |kind| SecretError {
            place: place.clone(),
            kind,
        };
        let path = field_path(place.path.strip_suffix(".secure").unwrap_or(&place.path));
        if !path.starts_with("deploy.") {
            return Err(refuse(SecretErrorKind::NotAccepted));
        }
        let (sealed, key) = self.find(sealed).map_err(refuse)?;
        let plaintext = self
            .try_slot(&sealed, key, &Slot::FieldAt(path))
            .or_else(|| self.try_slot(&sealed, key, &Slot::Field));
        let Some(plaintext) = plaintext else {
            let env = self.try_slot(&sealed, key, &Slot::Env).is_some();
            return Err(refuse(other_place(env, MadeFor::Env)));
        };
        check_value(plaintext.expose()).map_err(|error| refuse(SecretErrorKind::Content(error)))?;
        Ok(plaintext)
    }

    fn find(&self, text: &str) -> Result<(Sealed, &PrivateKey), SecretErrorKind> {
        let sealed: Sealed = text.parse()?;
        let key = self.keys.iter().find(|(kid, _)| *kid == sealed.kid);
        match key.map(|(_, key)| key) {
            Some(Key::Ready(private)) => Ok((sealed, private)),
            Some(Key::Retired) => Err(SecretErrorKind::RetiredKey(sealed.kid)),
            Some(Key::Locked(reason)) => Err(SecretErrorKind::Master(reason.clone())),
            None if self.committed == Some(sealed.kid) => {
                Err(SecretErrorKind::KeyNotHere(sealed.kid))
            }
            None => Err(SecretErrorKind::UnknownKey(sealed.kid)),
        }
    }

    fn try_slot(&self, sealed: &Sealed, key: &PrivateKey, slot: &Slot) -> Option<Plaintext> {
        seal::open(sealed, key, &self.host, self.repo_id, slot)
    }
}

fn other_place(opens_there: bool, made_for: MadeFor) -> SecretErrorKind {
    if opens_there {
        SecretErrorKind::OtherPlace { made_for }
    } else {
        SecretErrorKind::DoesNotOpen
    }
}
