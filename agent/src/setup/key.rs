//! The key pair that a repository's secrets are sealed with.

use super::{Setup, Step};
use crate::data_dir;
use crate::github::Described;
use crate::secrets::{
    Keyring, KeyringError, MasterError, MasterKeys, MasterSources, PublicKey, Repository,
};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

const PART: &str = "key";

/// The master keys, and the file of one that was just made.
pub struct Masters {
    /// The keys.
    pub keys: MasterKeys,
    /// Where the new one lies; somebody should keep a copy.
    pub made: Option<PathBuf>,
}

/// The master key; for the very first key of a machine a new one.
///
/// # Errors
/// It can't be used, is missing though there are keys that it has sealed, or can't be made.
pub fn masters(keyring: &Keyring, sources: &MasterSources) -> Result<Masters, MasterError> {
    match MasterKeys::load(sources) {
        Err(MasterError::Missing(path)) if keyring.entries().is_empty() => {
            if let Some(folder) = path.parent() {
                data_dir::create(folder).map_err(|error| MasterError::File {
                    path: folder.to_owned(),
                    reason: error.to_string(),
                })?;
            }
            let keys = MasterKeys::create(sources)?;
            let made = Some(path);
            Ok(Masters { keys, made })
        }
        loaded => Ok(Masters {
            keys: loaded?,
            made: None,
        }),
    }
}

#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error(transparent)]
    Master(#[from] MasterError),
}

enum Found {
    There(PublicKey),
    Made(PublicKey, Option<PathBuf>),
    Missing,
}

/// Makes the key pair where there is none.
pub(super) async fn ensure(setup: &Setup, found: &Described) -> Result<Step, Step> {
    let repository = Repository {
        host: setup.host.clone(),
        id: found.id.0,
        slug: Some(found.slug.to_string()),
    };
    let (keys, sources, dry) = (setup.keys.clone(), setup.master.clone(), setup.dry);
    let work = move || make(&keys, &sources, &repository, dry);
    let failed = |error: &dyn std::fmt::Display| {
        Step::failed(PART, error.to_string())
            .fix("`agent keys list` shows what is here; docs/secrets.md tells of the master key")
    };
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| failed(&error))?;
    let found = done.map_err(|error| failed(&error))?;
    Ok(match found {
        Found::There(key) => Step::unchanged(PART, key.kid().to_string()),
        Found::Missing => Step::changed(PART, setup.verb("made")),
        Found::Made(key, master) => made(&key, master.as_deref()),
    })
}

fn made(key: &PublicKey, master: Option<&Path>) -> Step {
    let (kid, commit) = (key.kid(), format!("commit this line as .ci.pub: {key}"));
    let Some(path) = master else {
        return Step::changed(PART, format!("{kid} made")).fix(commit);
    };
    let text = format!("{kid} made, and a master key in {}", path.display());
    Step::changed(PART, text).fix(format!(
        "keep a copy of the master key: without it no secret opens again\n{commit}"
    ))
}

fn make(
    keys: &Path,
    sources: &MasterSources,
    repository: &Repository,
    dry: bool,
) -> Result<Found, KeyError> {
    let mut keyring = Keyring::open(keys)?;
    if let Some(entry) = keyring.active(&repository.host, repository.id) {
        return Ok(Found::There(entry.public.clone()));
    }
    if dry {
        return Ok(Found::Missing);
    }
    let masters = masters(&keyring, sources)?;
    match keyring.generate(repository, &masters.keys, Timestamp::now()) {
        Ok(entry) => Ok(Found::Made(entry.public, masters.made)),
        // Somebody else was faster.
        Err(KeyringError::Exists(kid)) => {
            let entry = keyring.find(kid).ok_or(KeyringError::Unknown(kid))?;
            Ok(Found::There(entry.public.clone()))
        }
        Err(error) => Err(error.into()),
    }
}
