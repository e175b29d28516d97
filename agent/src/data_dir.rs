//! The folder that holds what the agent keeps.

use crate::error::{Exit, UserError};
use std::path::PathBuf;

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
