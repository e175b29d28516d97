//! Exit codes and the error that the command line shows.

use std::fmt;

/// How the `agent` command ends. The numbers are a promise to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well; a build passed.
    Passed = 0,
    /// The build failed, errored or was canceled.
    BuildFailed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The config has a fatal mistake.
    Config = 3,
    /// Docker, or another part that jobs need, is not available.
    Backend = 4,
    /// A mistake of the agent itself.
    Internal = 5,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error as a user reads it: what failed, and what to do about it on a line of its own.
#[derive(Debug)]
pub struct UserError {
    /// The exit code it leads to.
    pub exit: Exit,
    /// What failed and where; sentence case, no full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl UserError {
    /// An error without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    /// The same error with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UserError {}
