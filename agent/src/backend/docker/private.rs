//! Which images were pulled with a login: kept in `<data>/images/private`, a name a line, so that what
//! the settings said at that time is not forgotten when they change (security T39).

use crate::atomic_file::{self, Mode};
use crate::backend::BackendError;
use crate::data_dir;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The names, without tags and digests.
#[derive(Debug)]
pub(super) struct Private {
    path: PathBuf,
    /// One writer of this process at a time.
    alone: Mutex<()>,
}

impl Private {
    /// Those of a data folder.
    pub(super) fn of(data: &Path) -> Self {
        Self {
            path: data.join("images/private"),
            alone: Mutex::default(),
        }
    }

    /// Whether an image of this name was pulled with a login.
    pub(super) fn has(&self, name: &str) -> Result<bool, BackendError> {
        Ok(self.read()?.contains(name))
    }

    /// Notes that it is.
    pub(super) fn note(&self, name: &str) -> Result<(), BackendError> {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names = self.read()?;
        if !names.insert(name.to_owned()) {
            return Ok(());
        }
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        let folder = self.path.parent().unwrap_or(&self.path);
        data_dir::create(folder).map_err(BackendError::data(folder))?;
        atomic_file::write(&self.path, text.as_bytes(), Mode::KeepOr(0o600))
            .map_err(BackendError::data(&self.path))
    }

    fn read(&self) -> Result<BTreeSet<String>, BackendError> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(BackendError::data(&self.path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_once_is_known_to_every_later_process() {
        let data = tempfile::tempdir().unwrap();
        let private = Private::of(data.path());
        assert!(!private.has("host/app").unwrap());
        for name in ["host/app", "host/app", "host/b"] {
            private.note(name).unwrap();
        }
        let later = Private::of(data.path());
        assert!(later.has("host/app").unwrap() && later.has("host/b").unwrap());
        assert!(!later.has("host/ap").unwrap());
    }
}
