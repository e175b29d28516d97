//! How a job ended, as facts and as words.

use crate::backend::PushedImage;
use crate::protocol::{Cause, CommandId, JobResult, Outcome, Warning};
use std::time::Duration;

/// What ended a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Its supervisor says.
    Told(Outcome),
    /// It was canceled before its supervisor could say anything.
    Canceled,
    /// It could not be run, or was lost; the text says why.
    Broken(String),
}

/// How long a command of the user took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandTime {
    /// Which.
    pub command: CommandId,
    /// Its status.
    pub status: i32,
    /// How long.
    pub took: Duration,
}

/// A job that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnd {
    /// What ended it.
    pub end: End,
    /// Its commands in running order.
    pub commands: Vec<CommandTime>,
    /// From the container's start; none when it never ran.
    pub took: Option<Duration>,
    /// The images it pushed.
    pub pushed: Vec<PushedImage>,
    /// Whether the kernel killed a process of it for memory.
    pub out_of_memory: bool,
}

/// What the steps found out.
pub(super) struct Raw {
    pub(super) end: End,
    pub(super) commands: Vec<CommandTime>,
    pub(super) took: Option<Duration>,
    pub(super) out_of_memory: bool,
}

impl Raw {
    pub(super) fn without_run(end: End) -> Self {
        Self {
            end,
            commands: Vec::new(),
            took: None,
            out_of_memory: false,
        }
    }
}

impl JobEnd {
    pub(super) fn new(raw: Raw) -> Self {
        Self {
            end: raw.end,
            commands: raw.commands,
            took: raw.took,
            pushed: Vec::new(),
            out_of_memory: raw.out_of_memory,
        }
    }

    /// The end of a job that was refused before anything was made for it.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::new(Raw::without_run(End::Broken(reason.into())))
    }

    /// The end of a job that was canceled before anything was made for it.
    #[must_use]
    pub fn canceled() -> Self {
        Self::new(Raw::without_run(End::Canceled))
    }

    /// The result.
    #[must_use]
    pub fn result(&self) -> JobResult {
        match &self.end {
            End::Told(outcome) => outcome.result,
            End::Canceled => JobResult::Canceled,
            End::Broken(_) => JobResult::Errored,
        }
    }

    /// Whether it passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.result() == JobResult::Passed
    }

    /// Why it ended so, in one line; none where the result says it all.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let reason = match &self.end {
            End::Broken(reason) => Some(reason.clone()),
            End::Canceled => None,
            End::Told(outcome) => cause(&outcome.cause),
        };
        match (reason, self.out_of_memory) {
            (reason, false) => reason,
            (None, true) => Some("a process was killed: out of memory".to_owned()),
            (Some(reason), true) => Some(format!("{reason}; a process was killed: out of memory")),
        }
    }

    /// What went wrong without counting.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        match &self.end {
            End::Told(outcome) => outcome
                .warnings
                .iter()
                .filter_map(|&one| warning(one))
                .collect(),
            End::Canceled | End::Broken(_) => Vec::new(),
        }
    }
}

fn cause(cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::Finished | Cause::Canceled => return None,
        Cause::CommandFailed { command, status } => {
            format!("{} exited with {status}", name(*command))
        }
        Cause::ShellEnded {
            command,
            status,
            errexit: true,
        } => format!(
            "the shell ended with {status} in {} (set -e)",
            name(*command)
        ),
        Cause::ShellEnded {
            command, status, ..
        } => format!("the job ended itself with {status} in {}", name(*command)),
        Cause::DeployFailed { command, status } => {
            format!("failed to deploy: {} exited with {status}", name(*command))
        }
        Cause::SilenceLimit { command } => {
            format!("no output for too long{}", during(*command))
        }
        Cause::HardLimit { command } => {
            format!("it took longer than a job may{}", during(*command))
        }
        Cause::NoResult => "nothing gave a result".to_owned(),
        Cause::Supervisor(reason) => reason.clone(),
    })
}

/// A warning in words; none for what is a reason of its own, see [`JobEnd::reason`].
fn warning(warning: Warning) -> Option<String> {
    Some(match warning {
        Warning::OutOfMemory => return None,
        Warning::CommandFailed { command, status } => {
            format!("{} exited with {status}", name(command))
        }
        Warning::ShellEnded { command, status } => {
            format!("the shell ended with {status} in {}", name(command))
        }
        Warning::PassedUntested { command } => {
            format!(
                "it passed without running script: exit 0 in {}",
                name(command)
            )
        }
    })
}

fn during(command: Option<CommandId>) -> String {
    command.map_or_else(String::new, |command| format!(", during {}", name(command)))
}

/// A command as people find it, e.g. `script, command 2`.
fn name(command: CommandId) -> String {
    let phase = command.phase.name();
    let entry = command.entry.map_or_else(String::new, |entry| {
        format!(" of deploy entry {}", entry + 1)
    });
    if command.number == 0 {
        format!("{phase}{entry}")
    } else {
        format!("{phase}{entry}, command {}", command.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Phase;

    #[test]
    fn the_reason_names_phase_and_command() {
        let command = CommandId {
            phase: Phase::Install,
            entry: None,
            number: 2,
        };
        let mut end = JobEnd::refused("");
        end.end = End::Told(Outcome {
            result: JobResult::Errored,
            cause: Cause::CommandFailed { command, status: 7 },
            warnings: Vec::new(),
        });
        end.out_of_memory = true;
        insta::assert_snapshot!(end.reason().unwrap_or_default(),
            @"install, command 2 exited with 7; a process was killed: out of memory");
    }
}
