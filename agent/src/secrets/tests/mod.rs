//! The promises of the room as a whole: the format, its errors, and keys over their life.

mod conformance;
mod format;
mod life;

use super::at_rest;
use super::key_file::{KeyEntry, SealedPrivate};
use super::master::{MasterKey, MasterKeys, MasterSources};
use super::private_key::PrivateKey;
use super::public_key::PublicKey;
use super::{Keyring, Opener, Place, Plaintext, Repository};
use jiff::Timestamp;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A folder's places of a master key: its file and its credentials, never this process's variables.
pub(super) fn sources(folder: &Path) -> MasterSources {
    MasterSources {
        file: folder.join("master-key"),
        credentials: Some(folder.join("credentials")),
        environment: false,
    }
}

/// Writes a file with the folders above it.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn masters(byte: u8) -> MasterKeys {
    MasterKeys::new(MasterKey::from_bytes(&[byte; 32]).unwrap(), None)
}

fn repository() -> Repository {
    Repository {
        host: "github.com".into(),
        id: 12,
        slug: Some("owner/repo".into()),
    }
}

fn place(path: &str) -> Place {
    Place {
        file: ".ci.yml".into(),
        line: 12,
        column: 7,
        path: path.into(),
    }
}

fn plaintext(text: &str) -> Plaintext {
    Plaintext::new(text.as_bytes().to_vec())
}

fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// A keyring that holds one given private key.
fn keyring_of(secret: &[u8], public: &PublicKey) -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let private = PrivateKey::from_bytes(secret).unwrap();
    let id = public.repository.id;
    let sealed = at_rest::seal(&private, &masters(1), id, public.kid()).unwrap();
    let entry = KeyEntry {
        public: public.clone(),
        created: now(),
        retired: None,
        sealed: SealedPrivate(sealed),
    };
    entry.store(folder.path()).unwrap();
    let keyring = Keyring::open(folder.path()).unwrap();
    (folder, keyring)
}

/// A fresh key of a repository, with an opener for it.
fn fresh(repository: &Repository) -> (PublicKey, Opener) {
    let folder = tempfile::tempdir().unwrap();
    let mut keyring = Keyring::open(folder.path()).unwrap();
    let key = keyring.generate(repository, &masters(1), now()).unwrap();
    let opener = Opener::new(&keyring, &Ok(masters(1)), &repository.host, repository.id);
    (key.public, opener)
}

/// Says a figure in the test's output.
fn say(words: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{words}");
}
