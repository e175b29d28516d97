//! Replacing the master key without a moment in which a private key opens with none.

use super::master::{MasterError, MasterKeys, MasterSources, Protection, old, read_file};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A master key being replaced: both open until [`Rotation::finish`]. Another one waits as long.
pub struct Rotation {
    /// The new key and the old one.
    pub keys: MasterKeys,
    /// The old key's file, when the key lies in the file of the sources.
    old_file: Option<PathBuf>,
    /// Of two at the same time one would remove the key that the other still needs.
    _alone: Option<File>,
}

impl MasterKeys {
    /// Begins to replace the master key. One that lies in a file moves to `.old` beside it and a
    /// new one takes its place; otherwise the new and the old one must both be given already. A
    /// rotation that was stopped in the middle is taken up again.
    ///
    /// # Errors
    /// When there is no master key, or no old one beside a key that is not in the file.
    pub fn begin_rotation(sources: &MasterSources) -> Result<Rotation, MasterError> {
        let _alone = lock(sources.file.parent())?;
        let keys = Self::load(sources)?;
        let in_file = read_file(&sources.file, Protection::ByMode)
            .ok()
            .flatten()
            .is_some_and(|file| file.id == keys.active.id);
        let old_file = old(&sources.file);
        let former = keys.former.as_ref();
        if former.is_some_and(|former| former.id != keys.active.id) {
            let old_file = in_file.then_some(old_file);
            return Ok(Rotation {
                keys,
                old_file,
                _alone,
            });
        }
        if !in_file {
            return Err(MasterError::NoFormer);
        }
        // The old key gets its second name before it loses the first, so that none is ever lost.
        let new = MasterSources {
            file: sources.file.with_extension("new"),
            ..sources.clone()
        };
        let failed = |error: std::io::Error| MasterError::File {
            path: sources.file.clone(),
            reason: error.to_string(),
        };
        // What an earlier attempt left behind before it came to anything: a key that seals nothing,
        // and a second name of the present one.
        for left in [&new.file, &old_file] {
            match std::fs::remove_file(left) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        let active = Self::create(&new)?.active;
        std::fs::hard_link(&sources.file, &old_file).map_err(failed)?;
        std::fs::rename(&new.file, &sources.file).map_err(failed)?;
        let former = Some(keys.active);
        let keys = Self { active, former };
        Ok(Rotation {
            keys,
            old_file: Some(old_file),
            _alone,
        })
    }
}

/// Waits for other rotations of the folder; none where there is no such folder, and so no key in it.
fn lock(folder: Option<&Path>) -> Result<Option<File>, MasterError> {
    let Some(folder) = folder else {
        return Ok(None);
    };
    let failed = |error: std::io::Error| MasterError::File {
        path: folder.to_owned(),
        reason: error.to_string(),
    };
    match File::open(folder) {
        Ok(handle) => {
            handle.lock().map_err(failed)?;
            Ok(Some(handle))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

impl Rotation {
    /// Ends it when every private key is sealed with the new one: the old key's file is removed.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn finish(self) -> Result<(), MasterError> {
        let Some(path) = self.old_file else {
            return Ok(());
        };
        std::fs::remove_file(&path).map_err(|error| MasterError::File {
            path,
            reason: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::tests::{sources, write};

    #[test]
    fn a_key_in_a_file_is_replaced_and_can_be_taken_up_in_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        let old = MasterKeys::create(&sources).unwrap().active.id;
        let stopped = MasterKeys::begin_rotation(&sources).unwrap();
        assert_eq!(stopped.keys.former.as_ref().unwrap().id, old);
        let new = stopped.keys.active.id;
        drop(stopped);
        let again = MasterKeys::begin_rotation(&sources).unwrap();
        assert_eq!(again.keys.active.id, new);
        assert!(again.keys.find(&old).is_some());
        again.finish().unwrap();
        let read = MasterKeys::load(&sources).unwrap();
        assert!(read.former.is_none() && read.active.id != old);
    }

    #[test]
    fn a_key_outside_of_the_file_needs_the_old_one_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        let credential = folder.path().join("credentials/agent-master-key");
        write(&credential, &[2; 32], 0o400);
        assert_eq!(
            MasterKeys::begin_rotation(&sources).err(),
            Some(MasterError::NoFormer)
        );
        write(
            &folder.path().join("credentials/agent-master-key.old"),
            &[1; 32],
            0o400,
        );
        assert!(MasterKeys::begin_rotation(&sources).is_ok());
    }

    #[test]
    fn what_a_stopped_attempt_left_behind_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        let sources = sources(folder.path());
        let old_id = MasterKeys::create(&sources).unwrap().active.id;
        write(&folder.path().join("master-key.new"), b"half", 0o600);
        std::fs::hard_link(&sources.file, old(&sources.file)).unwrap();
        let rotation = MasterKeys::begin_rotation(&sources).unwrap();
        assert_ne!(rotation.keys.active.id, old_id);
        assert!(rotation.keys.find(&old_id).is_some());
    }
}
