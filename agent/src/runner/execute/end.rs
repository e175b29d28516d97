//! How a job ended, as facts and as words.

use crate::backend::{PushedImage, ServiceEnd};
use crate::log::Masker;
use crate::protocol::{Cause, CommandId, JobResult, Outcome, Warning};
use crate::services;
use std::time::Duration;

/// The longest reason that is kept of others' words, in characters.
const LONGEST_REASON: usize = 1000;

/// What ended a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Its supervisor says.
    Told(Outcome),
    /// It was canceled before its supervisor could say anything.
    Canceled,
    /// It could not be run; the text says why.
    Broken(String),
    /// It ran, and its instance or the way to it is gone; the text says why.
    Lost(String),
    /// Whoever made its instance ended before its script was handed over: nothing of it has run.
    Unrun,
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
    /// Its services that ended while it ran.
    pub services: Vec<ServiceEnd>,
    /// Whether a deployment had begun, as far as this process has seen.
    pub deployed: bool,
    /// The image it ran in: reference and digest; none where another process began it.
    pub image: Option<(String, Option<String>)>,
}

/// What the steps found out.
pub(super) struct Raw {
    pub(super) end: End,
    pub(super) commands: Vec<CommandTime>,
    pub(super) took: Option<Duration>,
    pub(super) out_of_memory: bool,
    pub(super) services: Vec<ServiceEnd>,
    pub(super) deployed: bool,
    /// Whether its supervisor told how it ended.
    pub(super) told: bool,
}

impl Raw {
    pub(super) fn without_run(end: End) -> Self {
        Self {
            end,
            commands: Vec::new(),
            took: None,
            out_of_memory: false,
            services: Vec::new(),
            deployed: false,
            told: false,
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
            services: raw.services,
            deployed: raw.deployed,
            image: None,
        }
    }

    /// Hides secrets in what others said about the end, and makes one line of it: it goes to tables
    /// and commit statuses. In this order, since half a secret would not be known any more.
    pub(super) fn mask(&mut self, masker: &Masker) {
        match &mut self.end {
            End::Broken(reason) | End::Lost(reason) => *reason = one_line(&masker.text(reason)),
            End::Told(outcome) => mask_outcome(outcome, masker),
            End::Canceled | End::Unrun => {}
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
            End::Broken(_) | End::Lost(_) | End::Unrun => JobResult::Errored,
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
            End::Broken(reason) | End::Lost(reason) => Some(reason.clone()),
            End::Unrun => Some("its container never got its script".to_owned()),
            End::Canceled => None,
            End::Told(outcome) => self::reason(&outcome.cause),
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
        let told: &[Warning] = match &self.end {
            End::Told(outcome) => &outcome.warnings,
            End::Canceled | End::Broken(_) | End::Lost(_) | End::Unrun => &[],
        };
        let told = told.iter().filter_map(|&one| warning(one));
        told.chain(self.services.iter().map(services::ended))
            .collect()
    }
}

/// Hides secrets in what a supervisor said about the end.
pub(super) fn mask_outcome(outcome: &mut Outcome, masker: &Masker) {
    if let Cause::Supervisor(reason) = &mut outcome.cause {
        *reason = one_line(&masker.text(reason));
    }
}

/// A text without control characters, cut.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = plain.take(LONGEST_REASON).collect();
    cut.trim().to_owned()
}

/// A cause in words; none where the result says it all.
#[must_use]
pub fn reason(cause: &Cause) -> Option<String> {
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
        Cause::DiskLimit { command } => {
            format!(
                "disk limit: it took more of the disk than a job may{}",
                during(*command)
            )
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
    fn a_reason_that_others_gave_shows_no_secret() {
        let masker = Masker::new(&[crate::secrets::Plaintext::new(b"hunter2".to_vec())]);
        let told = |cause| {
            End::Told(Outcome {
                result: JobResult::Errored,
                cause,
                warnings: Vec::new(),
            })
        };
        for reason in [
            End::Broken("it said hunter2".to_owned()),
            told(Cause::Supervisor("it said hunter2".to_owned())),
        ] {
            let mut end = JobEnd::refused("");
            end.end = reason;
            end.mask(&masker);
            assert_eq!(end.reason().as_deref(), Some("it said [secure]"));
        }
    }

    #[test]
    fn a_secret_at_the_cut_or_with_control_characters_is_hidden_whole() {
        let secret = b"hun\tter\x1b2hunter2".to_vec();
        let masker = Masker::new(&[crate::secrets::Plaintext::new(secret)]);
        for before in [0, 10, LONGEST_REASON - 3, LONGEST_REASON] {
            let said = format!("{}hun\tter\x1b2hunter2\r\nend", "x".repeat(before));
            let mut end = JobEnd::refused(said);
            end.mask(&masker);
            let reason = end.reason().unwrap();
            assert!(!reason.contains("hun"), "{before}: {reason}");
            assert!(!reason.contains(char::is_control), "{before}: {reason}");
            assert!(reason.chars().count() <= LONGEST_REASON, "{before}");
            assert_eq!(reason.ends_with("[secure]  end"), before < 11, "{reason}");
        }
    }

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
