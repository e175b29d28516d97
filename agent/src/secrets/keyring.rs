//! The keys of all repositories, as files of one folder.

use super::at_rest::{self, AtRestError};
use super::key_file::{KeyEntry, SealedPrivate};
use super::kid::Kid;
use super::master::MasterKeys;
use super::private_key::{NoRandom, PrivateKey};
use super::public_key::{PublicKey, PublicKeyError, Repository};
use jiff::Timestamp;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The keys of all repositories. Several agents may share the folder: changes take a lock and look
/// again first, and each file is replaced whole.
#[derive(Clone, Debug)]
pub struct Keyring {
    folder: PathBuf,
    entries: Vec<KeyEntry>,
}

/// Why the keyring cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The folder or a file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the folder is no key file.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The repository has an active key already.
    #[error("the repository has the key {0} already")]
    Exists(Kid),
    /// No key of this name.
    #[error("there is no key {0} here")]
    Unknown(Kid),
    /// The key is out of use already.
    #[error("the key {0} is retired already")]
    Retired(Kid),
    /// A private key cannot be sealed or opened.
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    /// The repository cannot have a key line.
    #[error("no key can be made: {0}")]
    Repository(#[from] PublicKeyError),
    /// No random bytes.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

impl Keyring {
    /// Reads the folder. One that does not exist is an empty keyring.
    ///
    /// # Errors
    /// When it cannot be read, or a key file is damaged.
    pub fn open(folder: &Path) -> Result<Self, KeyringError> {
        let mut keyring = Self {
            folder: folder.to_owned(),
            entries: Vec::new(),
        };
        keyring.reload()?;
        Ok(keyring)
    }

    /// All keys: by repository, and the newest of each first.
    #[must_use]
    pub fn entries(&self) -> &[KeyEntry] {
        &self.entries
    }

    /// A key by its short name.
    #[must_use]
    pub fn find(&self, kid: Kid) -> Option<&KeyEntry> {
        self.entries.iter().find(|entry| entry.kid() == kid)
    }

    /// The keys of one repository, the newest first, retired ones included.
    pub fn of<'a>(&'a self, host: &'a str, id: u64) -> impl Iterator<Item = &'a KeyEntry> {
        let all = self.entries.iter();
        all.filter(move |entry| entry.belongs_to(host, id))
    }

    /// The key that values are sealed with: the newest that is not retired.
    #[must_use]
    pub fn active(&self, host: &str, id: u64) -> Option<&KeyEntry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.belongs_to(host, id) && entry.retired.is_none())
    }

    /// The repository of a name, as it was called when its newest key was made. Names are compared
    /// without regard to case, as the forge does.
    #[must_use]
    pub fn repository(&self, host: &str, slug: &str) -> Option<&Repository> {
        self.entries
            .iter()
            .filter(|entry| {
                let repository = &entry.public.repository;
                let same = |name: &String| name.eq_ignore_ascii_case(slug);
                repository.host == host && repository.slug.as_ref().is_some_and(same)
            })
            .max_by_key(|entry| entry.created)
            .map(|entry| &entry.public.repository)
    }

    /// Makes the first key of a repository.
    ///
    /// # Errors
    /// When it has an active key, or the key cannot be sealed or stored.
    pub fn generate(
        &mut self,
        repository: &Repository,
        masters: &MasterKeys,
        now: Timestamp,
    ) -> Result<KeyEntry, KeyringError> {
        let _lock = self.lock()?;
        self.reload()?;
        if let Some(entry) = self.active(&repository.host, repository.id) {
            return Err(KeyringError::Exists(entry.kid()));
        }
        self.make(repository, masters, now)
    }

    /// Makes a new key for a repository. The former ones open until they are retired.
    ///
    /// # Errors
    /// When the key cannot be sealed or stored.
    pub fn rotate(
        &mut self,
        repository: &Repository,
        masters: &MasterKeys,
        now: Timestamp,
    ) -> Result<KeyEntry, KeyringError> {
        let _lock = self.lock()?;
        self.reload()?;
        self.make(repository, masters, now)
    }

    /// Takes a key out of use.
    ///
    /// # Errors
    /// When there is no such key, it is retired already, or it cannot be stored.
    pub fn retire(&mut self, kid: Kid, now: Timestamp) -> Result<KeyEntry, KeyringError> {
        let _lock = self.lock()?;
        self.reload()?;
        let mut entry = self.find(kid).cloned().ok_or(KeyringError::Unknown(kid))?;
        if entry.retired.is_some() {
            return Err(KeyringError::Retired(kid));
        }
        entry.retired = Some(now);
        self.store(&entry)?;
        self.reload()?;
        Ok(entry)
    }

    /// Seals every private key again with the active master key, and says how many were changed.
    /// Stopped in the middle, it is simply run again: both master keys open until it is done.
    ///
    /// # Errors
    /// When a key opens with neither master key, or cannot be stored.
    pub fn reseal(&mut self, masters: &MasterKeys) -> Result<usize, KeyringError> {
        let _lock = self.lock()?;
        self.reload()?;
        let mut changed = 0;
        for mut entry in self.entries.clone() {
            if at_rest::is_current(&entry.sealed.0, masters) {
                continue;
            }
            let private = open_private(&entry, masters)?;
            let id = entry.public.repository.id;
            entry.sealed = SealedPrivate(at_rest::seal(&private, masters, id, entry.kid())?);
            self.store(&entry)?;
            changed += 1;
        }
        self.reload()?;
        Ok(changed)
    }

    fn make(
        &mut self,
        repository: &Repository,
        masters: &MasterKeys,
        now: Timestamp,
    ) -> Result<KeyEntry, KeyringError> {
        // A folder sealed with a lost master key must not get a key of another one beside it.
        if let Some(entry) = self.entries.first() {
            open_private(entry, masters)?;
        }
        let private = PrivateKey::generate()?;
        let public = private.public().ok_or(AtRestError::Damaged)?;
        let date = now.strftime("%Y-%m-%d").to_string();
        let public = PublicKey::new(repository.clone(), public, Some(date))?;
        let sealed = at_rest::seal(&private, masters, repository.id, public.kid())?;
        let entry = KeyEntry {
            public,
            created: now,
            retired: None,
            sealed: SealedPrivate(sealed),
        };
        self.store(&entry)?;
        self.reload()?;
        Ok(entry)
    }

    fn store(&self, entry: &KeyEntry) -> Result<(), KeyringError> {
        let failed = |error| KeyringError::Io {
            path: self.folder.join(entry.file_name()),
            error,
        };
        entry.store(&self.folder).map_err(failed)
    }

    /// Keeps other processes from changing the folder for as long as the file lives.
    fn lock(&self) -> Result<File, KeyringError> {
        let path = self.folder.join(".lock");
        let failed = |error| KeyringError::Io {
            path: path.clone(),
            error,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(failed)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    fn reload(&mut self) -> Result<(), KeyringError> {
        let failed = |path: &Path, error| KeyringError::Io {
            path: path.to_owned(),
            error,
        };
        let listing = match std::fs::read_dir(&self.folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.entries.clear();
                return Ok(());
            }
            Err(error) => return Err(failed(&self.folder, error)),
        };
        let mut entries = Vec::new();
        for file in listing {
            let path = file.map_err(|error| failed(&self.folder, error))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|error| failed(&path, error))?;
            let entry =
                KeyEntry::parse(&bytes).map_err(|reason| KeyringError::Damaged { path, reason })?;
            entries.push(entry);
        }
        entries.sort_by(|a, b| {
            let key = |entry: &KeyEntry| {
                let repository = &entry.public.repository;
                (repository.host.clone(), repository.id)
            };
            (key(a), b.created, a.kid()).cmp(&(key(b), a.created, b.kid()))
        });
        self.entries = entries;
        Ok(())
    }
}

/// The private key of an entry.
pub(super) fn open_private(
    entry: &KeyEntry,
    masters: &MasterKeys,
) -> Result<PrivateKey, AtRestError> {
    let private = at_rest::open(
        &entry.sealed.0,
        masters,
        entry.public.repository.id,
        entry.kid(),
    )?;
    if private.public().as_ref() == Some(entry.public.bytes()) {
        Ok(private)
    } else {
        Err(AtRestError::Damaged)
    }
}
