//! What a log begins with: lines of the agent about the job.

use super::style;
use crate::protocol::{Script, Step};

/// Lines at the beginning of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The fold's name; `None` for open lines.
    pub fold: Option<String>,
    /// The lines.
    pub lines: Vec<String>,
}

impl Note {
    /// How the work tree came to be, in the fold where people look for it. The tree is put there
    /// by the host, so no command is shown that nobody ran.
    #[must_use]
    pub fn checkout(line: impl Into<String>) -> Self {
        Self {
            fold: Some("git.checkout".to_owned()),
            lines: vec![line.into()],
        }
    }

    /// One line to be noticed.
    #[must_use]
    pub fn open(line: impl Into<String>) -> Self {
        Self {
            fold: None,
            lines: vec![line.into()],
        }
    }

    pub(super) fn step(&self) -> Step {
        let text = style::lines(&self.lines.join("\n"));
        Step::Text(match &self.fold {
            Some(name) => style::folded(name, &text),
            None => text,
        })
    }
}

/// Puts lines at the end of those that a script begins with.
pub fn add_note(script: &mut Script, note: &Note) {
    let begins = |step: &Step| !matches!(step, Step::Text(_));
    let at = script.steps.iter().position(begins);
    let at = at.unwrap_or(script.steps.len());
    script.steps.insert(at, note.step());
}
