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
    /// An error without a hint. The message of a lower part, which begins in lower case so that
    /// it can stand within another, becomes a sentence here; names of files and options stay.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: sentence(message),
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

/// The text with a capital first letter, where its first word is a plain one.
pub(crate) fn sentence(text: impl Into<String>) -> String {
    let text = text.into();
    let word = text.split(' ').next().unwrap_or_default();
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if plain && word.len() < text.len() {
        let (first, rest) = text.split_at(1);
        return first.to_ascii_uppercase() + rest;
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_begins_as_a_sentence_and_names_stay_as_they_are() {
        for (written, shown) in [
            ("there is no stage x", "There is no stage x"),
            ("git cannot be started", "Git cannot be started"),
            ("agent.yml: no such key", "agent.yml: no such key"),
            ("--tag goes with --event tag", "--tag goes with --event tag"),
            ("ünder", "ünder"),
            ("", ""),
        ] {
            assert_eq!(UserError::new(Exit::Usage, written).message, shown);
        }
    }
}
