//! The config of a checkout, as a file.

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

/// Reads the config.
pub(super) fn read(path: &Path, name: &str) -> Result<String, UserError> {
    let bytes = std::fs::read(path)
        .map_err(|error| UserError::new(Exit::Config, format!("{name}: {error}")))?;
    String::from_utf8(bytes)
        .map_err(|_| UserError::new(Exit::Config, format!("{name}: the file is not UTF-8 text")))
}
