//! How a job ended, and why.

use super::script::Phase;
use super::wire::{DecodeError, Reader, Writer};

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The result.
    pub result: JobResult,
    /// What decided it.
    pub cause: Cause,
    /// What went wrong without counting (decision 21), in order.
    pub warnings: Vec<Warning>,
}

/// The result of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobResult {
    /// All of `script` ended with 0.
    Passed,
    /// Something in `script` did not.
    Failed,
    /// The job could not be run as meant.
    Errored,
    /// It was told to stop.
    Canceled,
}

/// A command, or a phase as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandId {
    /// The phase.
    pub phase: Phase,
    /// The deploy entry, from 0.
    pub entry: Option<u32>,
    /// The number in the phase, from 1; 0 where none of the user's commands was running.
    pub number: u32,
}

/// What decided a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// All phases ran and all commands of `script` ended with 0.
    Finished,
    /// A command ended with another status: the first of `script`, or one that must not fail.
    CommandFailed {
        /// Which.
        command: CommandId,
        /// Its status.
        status: i32,
    },
    /// The shell ended by itself: `exit`, `travis_terminate`, `set -e`, or a signal.
    ShellEnded {
        /// Where.
        command: CommandId,
        /// Its status; 128 and the signal's number for a signal.
        status: i32,
        /// Whether `set -e` was on.
        errexit: bool,
    },
    /// A deployment failed.
    DeployFailed {
        /// Where.
        command: CommandId,
        /// The status.
        status: i32,
    },
    /// There was no output for the time of the silence limit.
    SilenceLimit {
        /// What was running.
        command: Option<CommandId>,
    },
    /// The job took longer than its hard limit.
    HardLimit {
        /// What was running.
        command: Option<CommandId>,
    },
    /// The job took more of the disk than it may; the agent, which looks from outside, says so.
    DiskLimit {
        /// What was running.
        command: Option<CommandId>,
    },
    /// Someone asked for it.
    Canceled,
    /// There was no `script` phase to give a result.
    NoResult,
    /// The supervisor could not do its work; the text says what.
    Supervisor(String),
}

/// Something that went wrong without counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A command in `after_success`, or a tolerated deployment, failed.
    CommandFailed {
        /// Which.
        command: CommandId,
        /// Its status.
        status: i32,
    },
    /// The shell ended in a phase that must not end the job; only that phase was cut short.
    ShellEnded {
        /// Where.
        command: CommandId,
        /// Its status.
        status: i32,
    },
    /// The job passed because a phase before `script` said `exit 0`.
    PassedUntested {
        /// Where.
        command: CommandId,
    },
    /// The kernel killed a process of the job for memory (security T15).
    OutOfMemory,
}

impl Outcome {
    pub(super) fn encode(&self, to: &mut Writer) {
        to.u8(match self.result {
            JobResult::Passed => 0,
            JobResult::Failed => 1,
            JobResult::Errored => 2,
            JobResult::Canceled => 3,
        });
        self.cause.encode(to);
        to.len(self.warnings.len());
        for warning in &self.warnings {
            warning.encode(to);
        }
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let result = match from.u8()? {
            0 => JobResult::Passed,
            1 => JobResult::Failed,
            2 => JobResult::Errored,
            3 => JobResult::Canceled,
            _ => return Err(DecodeError::Unknown("result")),
        };
        let cause = Cause::decode(from)?;
        let mut warnings = Vec::new();
        for _ in 0..from.len()? {
            warnings.push(Warning::decode(from)?);
        }
        Ok(Self {
            result,
            cause,
            warnings,
        })
    }
}

impl CommandId {
    pub(super) fn encode(self, to: &mut Writer) {
        to.u8(self.phase.code());
        to.option(self.entry);
        to.u32(self.number);
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            phase: Phase::from_code(from.u8()?)?,
            entry: from.option()?,
            number: from.u32()?,
        })
    }
}

fn running(to: &mut Writer, command: Option<CommandId>) {
    to.bool(command.is_some());
    if let Some(command) = command {
        command.encode(to);
    }
}

fn was_running(from: &mut Reader<'_>) -> Result<Option<CommandId>, DecodeError> {
    if from.bool()? {
        CommandId::decode(from).map(Some)
    } else {
        Ok(None)
    }
}

impl Cause {
    pub(super) fn encode(&self, to: &mut Writer) {
        match self {
            Self::Finished => to.u8(0),
            Self::CommandFailed { command, status } => {
                to.u8(1);
                command.encode(to);
                to.i32(*status);
            }
            Self::ShellEnded {
                command,
                status,
                errexit,
            } => {
                to.u8(2);
                command.encode(to);
                to.i32(*status);
                to.bool(*errexit);
            }
            Self::DeployFailed { command, status } => {
                to.u8(3);
                command.encode(to);
                to.i32(*status);
            }
            Self::SilenceLimit { command } => {
                to.u8(4);
                running(to, *command);
            }
            Self::HardLimit { command } => {
                to.u8(5);
                running(to, *command);
            }
            Self::Canceled => to.u8(6),
            Self::NoResult => to.u8(7),
            Self::Supervisor(reason) => {
                to.u8(8);
                to.text(reason);
            }
            Self::DiskLimit { command } => {
                to.u8(9);
                running(to, *command);
            }
        }
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match from.u8()? {
            0 => Self::Finished,
            1 => Self::CommandFailed {
                command: CommandId::decode(from)?,
                status: from.i32()?,
            },
            2 => Self::ShellEnded {
                command: CommandId::decode(from)?,
                status: from.i32()?,
                errexit: from.bool()?,
            },
            3 => Self::DeployFailed {
                command: CommandId::decode(from)?,
                status: from.i32()?,
            },
            4 => Self::SilenceLimit {
                command: was_running(from)?,
            },
            5 => Self::HardLimit {
                command: was_running(from)?,
            },
            6 => Self::Canceled,
            7 => Self::NoResult,
            8 => Self::Supervisor(from.text()?),
            9 => Self::DiskLimit {
                command: was_running(from)?,
            },
            _ => return Err(DecodeError::Unknown("cause")),
        })
    }
}

impl Warning {
    fn encode(self, to: &mut Writer) {
        match self {
            Self::CommandFailed { command, status } => {
                to.u8(0);
                command.encode(to);
                to.i32(status);
            }
            Self::ShellEnded { command, status } => {
                to.u8(1);
                command.encode(to);
                to.i32(status);
            }
            Self::PassedUntested { command } => {
                to.u8(2);
                command.encode(to);
            }
            Self::OutOfMemory => to.u8(3),
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match from.u8()? {
            0 => Self::CommandFailed {
                command: CommandId::decode(from)?,
                status: from.i32()?,
            },
            1 => Self::ShellEnded {
                command: CommandId::decode(from)?,
                status: from.i32()?,
            },
            2 => Self::PassedUntested {
                command: CommandId::decode(from)?,
            },
            3 => Self::OutOfMemory,
            _ => return Err(DecodeError::Unknown("warning")),
        })
    }
}
