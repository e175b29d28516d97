//! The config of a checkout, as a file.

use super::config::ConfigFile;
use crate::error::{Exit, UserError};
use std::path::{Path, PathBuf};

/// The config's path and the name that messages use: what was asked for, else `.ci.yml`, else
/// `.travis.yml` (decision 1).
pub(super) fn locate(asked: Option<&Path>, top: &Path) -> Result<(PathBuf, String), UserError> {
    if let Some(path) = asked {
        return Ok((path.to_owned(), path.display().to_string()));
    }
    [".ci.yml", ".travis.yml"]
        .iter()
        .map(|name| (top.join(name), (*name).to_owned()))
        .find(|(path, _)| path.exists())
        .ok_or_else(|| {
            let error = format!("There is no .ci.yml in {}", top.display());
            UserError::new(Exit::Config, error).hint("name the file if it has another name")
        })
}

/// Reads the config's text, with the limits and messages that every command has.
pub(super) fn read(path: &Path) -> Result<String, UserError> {
    ConfigFile::read(path).map(|file| file.text)
}
