//! The folder that holds what the agent keeps.

use crate::error::{Exit, UserError};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The data folder: `AGENT_DATA`, else `$XDG_DATA_HOME/agent`, else `~/.local/share/agent`.
/// It need not exist.
///
/// # Errors
/// When none of the three variables is set.
pub fn data_dir() -> Result<PathBuf, UserError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(data) = set("AGENT_DATA") {
        return Ok(PathBuf::from(data));
    }
    // A relative XDG path is to be ignored, says its specification.
    if let Some(home) = set("XDG_DATA_HOME").map(PathBuf::from)
        && home.is_absolute()
    {
        return Ok(home.join("agent"));
    }
    if let Some(home) = set("HOME") {
        return Ok(PathBuf::from(home).join(".local/share/agent"));
    }
    let error = UserError::new(Exit::Usage, "There is no folder for the agent's data");
    Err(error.hint("set AGENT_DATA to a folder that only you can read"))
}

/// Makes the data folder or one below it, with those above that are missing. What the agent keeps,
/// logs of private repositories among it, is nobody's but its owner's; a folder that is there
/// already stays as it is.
///
/// # Errors
/// As the file system gives them.
pub fn create(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The name of a data folder that no other has, made once: what is labelled with it is its own.
///
/// # Errors
/// As the file system gives them.
pub fn identity(folder: &Path) -> io::Result<String> {
    let path = folder.join("identity");
    create(folder)?;
    if !path.exists() {
        let file = tempfile::NamedTempFile::new_in(folder)?;
        std::fs::write(file.path(), format!("{}\n", ulid::Ulid::generate()))?;
        // Another agent may be faster; its name counts then.
        let _ = file.persist_noclobber(&path);
    }
    Ok(std::fs::read_to_string(&path)?.trim().to_owned())
}

/// An error of the data folder in words.
#[must_use]
pub fn unusable(folder: &Path, error: &io::Error) -> UserError {
    let error = format!(
        "the data folder {} cannot be used: {error}",
        folder.display()
    );
    UserError::new(Exit::Backend, error).hint("AGENT_DATA names another one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_data_folder_keeps_its_name() {
        let data = tempfile::tempdir().unwrap();
        let one = identity(data.path()).unwrap();
        assert_eq!(identity(data.path()).unwrap(), one);
        assert_eq!(one.len(), 26);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(identity(other.path()).unwrap(), one);
    }

    #[test]
    fn a_new_folder_is_its_owners_and_an_old_one_stays_as_it_is() {
        let old = tempfile::tempdir().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        std::fs::set_permissions(old.path(), PermissionsExt::from_mode(0o755)).unwrap();
        create(&old.path().join("data/runs")).unwrap();
        for (path, expected) in [("", 0o755), ("data", 0o700), ("data/runs", 0o700)] {
            assert_eq!(mode(&old.path().join(path)), expected, "{path}");
        }
    }
}
