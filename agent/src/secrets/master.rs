//! The master key that private keys are sealed with, and where it comes from.

use super::private_key::{NoRandom, random};
use crate::atomic_file;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// 32 secret bytes. They do not print and are wiped when dropped.
pub(super) struct MasterKey {
    pub(super) id: [u8; 8],
    key: Zeroizing<[u8; 32]>,
}

/// The master key in use and, while it is being replaced, the one before.
pub struct MasterKeys {
    pub(super) active: MasterKey,
    pub(super) former: Option<MasterKey>,
}

/// Why there is no master key (E8).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterError {
    /// None of the places holds one.
    #[error("there is no master key ({0} does not exist, and AGENT_MASTER_KEY is not set)")]
    Missing(PathBuf),
    /// A place holds something else.
    #[error("{0} does not hold a master key (32 bytes, as they are, in hex or in base64)")]
    Malformed(String),
    /// Others may read the file.
    #[error("the master key {0} can be read by others")]
    Exposed(PathBuf),
    /// The file cannot be read or written.
    #[error("the master key {path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A key outside of the data folder is to be replaced, and the one before is not given.
    #[error("the master key does not lie in the data folder, and no old one is given beside it")]
    NoFormer,
    /// No random bytes for a new one.
    #[error(transparent)]
    NoRandom(#[from] NoRandom),
}

/// Where a master key is looked for: systemd's credentials, then the environment, then a file.
/// The first that is there counts. Beside each, the same name with `.old` (in the environment
/// `_OLD`) gives the key before it.
#[derive(Clone, Debug, Default)]
pub struct MasterSources {
    /// A file that only its owner may read.
    pub file: PathBuf,
    /// systemd's credential folder.
    pub credentials: Option<PathBuf>,
    /// Whether `AGENT_MASTER_KEY` and `AGENT_MASTER_KEY_OLD` are looked at.
    pub environment: bool,
}

const VARIABLE: &str = "AGENT_MASTER_KEY";
const CREDENTIAL: &str = "agent-master-key";

impl MasterKey {
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        let digest = Sha256::new()
            .chain_update(b"ci-agent/master-id/1\0")
            .chain_update(key.as_slice())
            .finalize();
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        Some(Self { id, key })
    }

    /// The key as it is, or its hex or base64 text.
    fn parse(bytes: &[u8]) -> Option<Self> {
        if let Some(raw) = Self::from_bytes(bytes) {
            return Some(raw);
        }
        let text = std::str::from_utf8(bytes).ok()?.trim();
        let decoded = hex(text).or_else(|| {
            [
                BASE64_STANDARD,
                BASE64_STANDARD_NO_PAD,
                BASE64_URL_SAFE_NO_PAD,
            ]
            .iter()
            .find_map(|engine| engine.decode(text).ok())
        });
        Self::from_bytes(&Zeroizing::new(decoded?))
    }

    /// Its public name, as sealed keys carry it.
    pub(super) fn id(&self) -> &[u8; 8] {
        &self.id
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.key.as_slice()
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..32).map(|byte| pair(byte * 2)).collect()
}

impl MasterKeys {
    pub(super) fn new(active: MasterKey, former: Option<MasterKey>) -> Self {
        Self { active, former }
    }

    pub(super) fn active(&self) -> &MasterKey {
        &self.active
    }

    pub(super) fn find(&self, id: &[u8]) -> Option<&MasterKey> {
        [Some(&self.active), self.former.as_ref()]
            .into_iter()
            .flatten()
            .find(|master| master.id == id)
    }

    /// Reads the master key.
    ///
    /// # Errors
    /// When there is none, it is malformed, or others may read its file.
    pub fn load(sources: &MasterSources) -> Result<Self, MasterError> {
        if let Some(folder) = &sources.credentials {
            let path = folder.join(CREDENTIAL);
            if let Some(active) = read_file(&path, Protection::BySystemd)? {
                let former = read_file(&old(&path), Protection::BySystemd)?;
                return Ok(Self { active, former });
            }
        }
        if sources.environment
            && let Some(active) = read_variable(VARIABLE)?
        {
            let former = read_variable(&format!("{VARIABLE}_OLD"))?;
            return Ok(Self { active, former });
        }
        let active = read_file(&sources.file, Protection::ByMode)?
            .ok_or_else(|| MasterError::Missing(sources.file.clone()))?;
        let former = read_file(&old(&sources.file), Protection::ByMode)?;
        Ok(Self { active, former })
    }

    /// Makes a new master key in the file of the sources; one that is there is never replaced.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(sources: &MasterSources) -> Result<Self, MasterError> {
        let path = &sources.file;
        let failed = |error: std::io::Error| MasterError::File {
            path: path.clone(),
            reason: error.to_string(),
        };
        let key = random::<32>()?;
        let text = Zeroizing::new(format!(
            "{}\n",
            BASE64_URL_SAFE_NO_PAD.encode(key.as_slice())
        ));
        atomic_file::create(path, text.as_bytes(), 0o600).map_err(failed)?;
        let active = MasterKey::from_bytes(key.as_slice())
            .ok_or_else(|| MasterError::Malformed(path.display().to_string()))?;
        Ok(Self::new(active, None))
    }
}

impl MasterSources {
    /// The places of this process, with the file `master-key` in the data folder.
    #[must_use]
    pub fn of_process(data: &Path) -> Self {
        Self {
            file: data.join("master-key"),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            environment: true,
        }
    }

    /// Which of the places holds the key, as people call it; none where none does. Whether it is
    /// a good one, [`MasterKeys::load`] tells.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        let credential = self.credentials.as_ref().map(|dir| dir.join(CREDENTIAL));
        let set = || std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty());
        if credential.is_some_and(|path| path.exists()) {
            Some(format!("the systemd credential {CREDENTIAL}"))
        } else if self.environment && set() {
            Some(VARIABLE.to_owned())
        } else {
            self.file.exists().then(|| self.file.display().to_string())
        }
    }
}

/// What keeps others from reading a key file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// Its mode, which is looked at.
    ByMode,
    /// systemd, whose credentials have modes of their own.
    BySystemd,
}

/// The place of the key before the one at a path.
pub(super) fn old(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".old");
    PathBuf::from(name)
}

/// Reads a key file; `None` when there is none.
pub(super) fn read_file(
    path: &Path,
    protection: Protection,
) -> Result<Option<MasterKey>, MasterError> {
    let failed = |error: &std::io::Error| MasterError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error)),
    };
    if protection == Protection::ByMode {
        let mode = std::fs::metadata(path)
            .map_err(|error| failed(&error))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(MasterError::Exposed(path.to_owned()));
        }
    }
    let malformed = || MasterError::Malformed(path.display().to_string());
    MasterKey::parse(&bytes).map(Some).ok_or_else(malformed)
}

fn read_variable(name: &str) -> Result<Option<MasterKey>, MasterError> {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let value = Zeroizing::new(value.into_encoded_bytes());
    let malformed = || MasterError::Malformed(name.to_owned());
    MasterKey::parse(&value).map(Some).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::tests::{sources, write};

    #[test]
    fn a_new_key_is_read_back_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        assert_eq!(
            MasterKeys::load(&sources).err(),
            Some(MasterError::Missing(sources.file.clone()))
        );
        let made = MasterKeys::create(&sources).unwrap();
        let read = MasterKeys::load(&sources).unwrap();
        assert_eq!(made.active.id, read.active.id);
        let mode = std::fs::metadata(&sources.file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(MasterKeys::create(&sources).is_err(), "never replaced");
    }

    #[test]
    fn raw_hex_and_base64_are_the_same_key() {
        let raw = [0xA5_u8; 32];
        let texts = [
            raw.to_vec(),
            "a5".repeat(32).into_bytes(),
            format!("{}\n", BASE64_STANDARD.encode(raw)).into_bytes(),
            BASE64_URL_SAFE_NO_PAD.encode(raw).into_bytes(),
        ];
        for text in texts {
            assert_eq!(MasterKey::parse(&text).unwrap().expose(), raw);
        }
        assert!(MasterKey::parse(b"hunter2").is_none());
        assert!(MasterKey::parse(b"").is_none());
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        write(&sources.file, &[1; 32], 0o640);
        assert_eq!(
            MasterKeys::load(&sources).err(),
            Some(MasterError::Exposed(sources.file))
        );
    }

    #[test]
    fn a_credential_comes_before_the_file_and_the_former_key_lies_beside() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        write(&sources.file, &[1; 32], 0o600);
        write(&folder.path().join("master-key.old"), &[3; 32], 0o600);
        let keys = MasterKeys::load(&sources).unwrap();
        assert_eq!(keys.active.expose(), [1; 32]);
        assert_eq!(keys.former.unwrap().expose(), [3; 32]);
        write(
            &folder.path().join("credentials/agent-master-key"),
            &[2; 32],
            0o440,
        );
        assert_eq!(MasterKeys::load(&sources).unwrap().active.expose(), [2; 32]);
    }

    #[test]
    fn a_malformed_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        write(&sources.file, b"short", 0o600);
        let error = MasterKeys::load(&sources).err().unwrap();
        assert!(
            error
                .to_string()
                .contains("master-key does not hold a master key"),
            "{error}"
        );
    }
}
