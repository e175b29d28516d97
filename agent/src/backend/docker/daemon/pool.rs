//! Layer stores: volumes that keep the layers of jobs' daemons warm between runs.
//!
//! A store belongs to one scope (repository and trust) and is leased to one instance at a time:
//! two daemons on one store would spoil it. The lease is a locked file, so it ends with the
//! process that holds it.

use super::super::engine::{QUICK, SLOW};
use super::super::names::{AGENT, DATA, LAYERS, PLACE};
use super::super::{Inner, short_hash};
use super::gone::place;
use crate::backend::BackendError;
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::ListContainersOptionsBuilder;
use rustix::fs::{FlockOperation, flock};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

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

/// Where leases are kept.
pub(super) fn folder(inner: &Inner) -> PathBuf {
    inner.data.join("layers")
}

/// Takes a store of a scope that is free, or makes a new one: where there is one that `user` had
/// before, that one, since its layers are those that it wants again.
pub(super) async fn lease(inner: &Inner, scope: &str, user: &str) -> Result<Lease, BackendError> {
    let folder = folder(inner);
    let agent = inner.maker.agent.to_lowercase();
    let hash = short_hash(scope.as_bytes(), 8);
    let names = (1..=MOST).map(|number| format!("ci-layers-{agent}-{hash}-{number}"));
    let (own, others): (Vec<String>, Vec<String>) =
        names.partition(|volume| users(&folder, volume).iter().any(|known| known == user));
    for volume in own.into_iter().chain(others) {
        let locked = lock(&folder, &volume).map_err(BackendError::data(&folder))?;
        let Some(locked) = locked else {
            continue;
        };
        if in_use(inner, &volume).await? {
            continue;
        }
        make(inner, &volume, scope).await?;
        remember(&folder, &volume, user);
        return begin(locked, volume).map_err(BackendError::data(&folder));
    }
    Err(BackendError::Refused {
        action: "leasing a layer store".to_owned(),
        reason: format!("all {MOST} of {scope} are in use"),
    })
}

/// A store's file that this process has locked, and whether it is a new one.
pub(super) struct Locked {
    file: File,
    fresh: bool,
}

/// Locks a store's file and changes nothing in it; `None` while another holds it.
pub(super) fn lock(folder: &Path, volume: &str) -> std::io::Result<Option<Locked>> {
    std::fs::create_dir_all(folder)?;
    let path = lock_file(folder, volume);
    let fresh = !path.exists();
    let file = File::options()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(&path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    // Whoever removed the store has removed the file that was opened: it holds nobody off.
    let held = file.metadata()?.ino();
    if !std::fs::metadata(&path).is_ok_and(|now| now.ino() == held) {
        return Ok(None);
    }
    Ok(Some(Locked { file, fresh }))
}

/// Makes a lease of a lock: reads how the last one ended, and forgets it.
fn begin(locked: Locked, volume: String) -> std::io::Result<Lease> {
    let Locked { mut file, fresh } = locked;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    // Sets the file's time, too.
    file.set_len(0)?;
    file.rewind()?;
    Ok(Lease {
        volume,
        file,
        ended_well: fresh || text == WELL,
    })
}

/// The file that is locked while a store is leased; its time is that of the last lease.
pub(super) fn lock_file(folder: &Path, volume: &str) -> PathBuf {
    folder.join(format!("{volume}.lock"))
}

/// The file that names who had a store.
pub(super) fn users_file(folder: &Path, volume: &str) -> PathBuf {
    folder.join(format!("{volume}.users"))
}

/// Who had a store before.
fn users(folder: &Path, volume: &str) -> Vec<String> {
    let text = std::fs::read_to_string(users_file(folder, volume));
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
    let _ = std::fs::write(users_file(folder, volume), text);
}

/// Whether a container still has the volume: one that a dead process left.
pub(super) async fn in_use(inner: &Inner, volume: &str) -> Result<bool, BackendError> {
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
    let mut labels = HashMap::from([
        (AGENT.to_owned(), inner.maker.agent.clone()),
        (LAYERS.to_owned(), scope.to_owned()),
        (DATA.to_owned(), inner.data.display().to_string()),
    ]);
    labels.extend(place(&inner.data).map(|place| (PLACE.to_owned(), place)));
    let request = inner.engine.docker.create_volume(VolumeCreateRequest {
        name: Some(volume.to_owned()),
        labels: Some(labels),
        ..VolumeCreateRequest::default()
    });
    inner
        .engine
        .call("making a layer store", SLOW, request)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn take(folder: &Path) -> Option<Lease> {
        let locked = lock(folder, "v").unwrap()?;
        Some(begin(locked, "v".to_owned()).unwrap())
    }

    #[test]
    fn a_lock_alone_leaves_the_note_and_the_time_of_the_last_lease() {
        let folder = tempfile::tempdir().unwrap();
        take(folder.path()).unwrap().end(true);
        let file = File::options()
            .write(true)
            .open(lock_file(folder.path(), "v"))
            .unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        file.set_modified(long_ago).unwrap();
        let time = || file.metadata().unwrap().modified().unwrap();
        drop(lock(folder.path(), "v").unwrap().unwrap());
        assert_eq!(time(), long_ago);
        assert!(take(folder.path()).unwrap().ended_well());
        assert_ne!(time(), long_ago);
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
