//! Layer stores: volumes that keep the layers of jobs' daemons warm between runs.
//!
//! A store belongs to one scope (repository and trust) and is leased to one instance at a time:
//! two daemons on one store would spoil it. The lease is a locked file, so it ends with the
//! process that holds it.

use super::super::Inner;
use super::super::engine::{QUICK, SLOW};
use super::super::names::{AGENT, LAYERS};
use crate::backend::BackendError;
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{ListContainersOptionsBuilder, ListVolumesOptionsBuilder};
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Stores of one scope; more jobs of it can't have daemons at once.
const MOST: usize = 64;
/// Users of a store that are remembered.
const USERS: usize = 32;
/// What a lease's file says when the last daemon on the store ended as it should.
const WELL: &str = "ended well\n";

/// A store in this process's hands; the lease ends with this value.
#[derive(Debug)]
pub(in super::super) struct Lease {
    volume: String,
    file: File,
    ended_well: bool,
}

impl Lease {
    /// The volume's name.
    pub(in super::super) fn volume(&self) -> &str {
        &self.volume
    }

    /// Whether the daemon of the last lease ended as it should.
    pub(in super::super) fn ended_well(&self) -> bool {
        self.ended_well
    }

    /// Ends the lease and notes how.
    pub(in super::super) fn end(mut self, well: bool) {
        if well {
            // Without the note the next lease looks after the store.
            let _ = self.file.write_all(WELL.as_bytes());
        }
    }
}

/// Takes a store of a scope that is free, or makes a new one: where there is one that `user` had
/// before, that one, since its layers are those that it wants again.
pub(super) async fn lease(inner: &Inner, scope: &str, user: &str) -> Result<Lease, BackendError> {
    let folder = inner.data.join("layers");
    let agent = inner.maker.agent.to_lowercase();
    let digest = Sha256::digest(scope.as_bytes());
    let hash: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let names = (1..=MOST).map(|number| format!("ci-layers-{agent}-{hash}-{number}"));
    let (own, others): (Vec<String>, Vec<String>) =
        names.partition(|volume| users(&folder, volume).iter().any(|known| known == user));
    for volume in own.into_iter().chain(others) {
        let Some((file, ended_well)) = lock(&folder, &volume).map_err(|error| failed(&error))?
        else {
            continue;
        };
        if in_use(inner, &volume).await? {
            continue;
        }
        make(inner, &volume, scope).await?;
        remember(&folder, &volume, user);
        return Ok(Lease {
            volume,
            file,
            ended_well,
        });
    }
    Err(BackendError::Refused {
        action: "leasing a layer store".to_owned(),
        reason: format!("all {MOST} of {scope} are in use"),
    })
}

/// All stores of this data directory, with their scopes.
pub(in super::super) async fn stores(inner: &Inner) -> Result<Vec<(String, String)>, BackendError> {
    let options = ListVolumesOptionsBuilder::new()
        .filters(&inner.maker.filter())
        .build();
    let request = inner.engine.docker.list_volumes(Some(options));
    let found = inner.engine.call("listing volumes", QUICK, request).await?;
    let stores = found
        .volumes
        .unwrap_or_default()
        .into_iter()
        .filter_map(|volume| {
            let scope = volume.labels.get(LAYERS)?.clone();
            Some((volume.name, scope))
        });
    Ok(stores.collect())
}

/// Locks a store's file and forgets how its last lease ended; `None` while another holds it.
fn lock(folder: &Path, volume: &str) -> std::io::Result<Option<(File, bool)>> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{volume}.lock"));
    let fresh = !path.exists();
    let mut file = File::options()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    file.set_len(0)?;
    file.rewind()?;
    Ok(Some((file, fresh || text == WELL)))
}

/// Who had a store before.
fn users(folder: &Path, volume: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(format!("{volume}.users")));
    text.unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Notes who has a store now; its lock is held. A note that is lost costs time, no more.
fn remember(folder: &Path, volume: &str, user: &str) {
    let mut known = users(folder, volume);
    if user.is_empty() || known.iter().any(|known| known == user) {
        return;
    }
    known.push(user.to_owned());
    let from = known.len().saturating_sub(USERS);
    let text: String = known
        .iter()
        .skip(from)
        .map(|user| format!("{user}\n"))
        .collect();
    let _ = std::fs::write(folder.join(format!("{volume}.users")), text);
}

/// Whether a container still has the volume: one that a dead process left.
async fn in_use(inner: &Inner, volume: &str) -> Result<bool, BackendError> {
    let filter = HashMap::from([("volume".to_owned(), vec![volume.to_owned()])]);
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filter)
        .build();
    let request = inner.engine.docker.list_containers(Some(options));
    let found = inner
        .engine
        .call("listing containers", QUICK, request)
        .await?;
    Ok(!found.is_empty())
}

/// Makes the volume, where it is not there. It has no owner, so that no sweep takes it away.
async fn make(inner: &Inner, volume: &str, scope: &str) -> Result<(), BackendError> {
    let request = inner.engine.docker.create_volume(VolumeCreateRequest {
        name: Some(volume.to_owned()),
        labels: Some(HashMap::from([
            (AGENT.to_owned(), inner.maker.agent.clone()),
            (LAYERS.to_owned(), scope.to_owned()),
        ])),
        ..VolumeCreateRequest::default()
    });
    inner
        .engine
        .call("making a layer store", SLOW, request)
        .await
        .map(drop)
}

fn failed(error: &std::io::Error) -> BackendError {
    BackendError::Refused {
        action: "leasing a layer store".to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(folder: &Path) -> Option<Lease> {
        let (file, ended_well) = lock(folder, "v").unwrap()?;
        Some(Lease {
            volume: "v".into(),
            file,
            ended_well,
        })
    }

    #[test]
    fn a_store_remembers_who_had_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(users(folder.path(), "v").is_empty());
        for user in ["1", "2", "1", ""] {
            remember(folder.path(), "v", user);
        }
        assert_eq!(users(folder.path(), "v"), ["1", "2"]);
    }

    #[test]
    fn a_store_has_one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = take(folder.path()).unwrap();
        assert!(take(folder.path()).is_none());
        drop(held);
        assert!(take(folder.path()).is_some());
    }

    #[test]
    fn a_lease_that_ended_badly_is_known_to_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path()).unwrap();
        assert!(first.ended_well(), "a new store is clean");
        first.end(true);
        let next = take(folder.path()).unwrap();
        assert!(next.ended_well());
        drop(next);
        let next = take(folder.path()).unwrap();
        assert!(!next.ended_well());
        next.end(false);
        assert!(!take(folder.path()).unwrap().ended_well());
    }
}
