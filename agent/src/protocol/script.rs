//! What a supervisor runs: environment, limits and steps, in full, from the agent.

use super::wire::{DecodeError, Reader, Writer};
use std::fmt;
use std::time::Duration;

const MAGIC: &[u8; 4] = b"CIS3";

/// One job, ready to run. Its environment may hold secrets, so it does not print.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// Variables for the job's shell, beside those of the container. Secrets are among them.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the shell starts: the work tree.
    pub directory: String,
    /// Shell text that every shell of the job reads first: the helper functions.
    pub preamble: String,
    /// How long things may take.
    pub limits: Limits,
    /// Whether a job that fails waits once, where it stopped, until it is told to go on.
    pub hold: bool,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without a byte of output.
    pub silence: Duration,
    /// From the start of the script to its end.
    pub hard: Duration,
    /// Between TERM and KILL where a limit was reached.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(10 * 60),
            hard: Duration::from_secs(50 * 60),
            grace: Duration::from_secs(10),
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A phase begins; what follows belongs to it until the next one.
    Phase(PhaseStart),
    /// Bytes for the log as they are (lines end with CR LF).
    Text(Vec<u8>),
    /// A command in the job's shell.
    Command(Command),
    /// The deploy entry of this phase does not run, and the log gets these bytes.
    SkipEntry(Vec<u8>),
}

/// The beginning of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseStart {
    /// Which.
    pub phase: Phase,
    /// The deploy entry it is for, from 0. A skipped entry skips all phases of its number.
    pub entry: Option<u32>,
    /// Whether it runs.
    pub when: When,
}

/// The phases that a supervisor knows: what an end of the shell means depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The variables of the config are set.
    Setup,
    /// `before_install`
    BeforeInstall,
    /// `install`
    Install,
    /// `before_script`
    BeforeScript,
    /// `script`
    Script,
    /// `before_cache`
    BeforeCache,
    /// `after_success`
    AfterSuccess,
    /// `after_failure`
    AfterFailure,
    /// `before_deploy` with the conditions of the entry
    BeforeDeploy,
    /// The deployment itself.
    Deploy,
    /// `after_deploy`
    AfterDeploy,
    /// `after_script`
    AfterScript,
    /// What `addons:` asks for is set up, before the checkout.
    Addons,
    /// What the job itself does for its work tree: submodules, files of Git LFS.
    Checkout,
}

impl Phase {
    /// All, by their numbers in records: new ones come last.
    pub const ALL: [Self; 14] = [
        Self::Setup,
        Self::BeforeInstall,
        Self::Install,
        Self::BeforeScript,
        Self::Script,
        Self::BeforeCache,
        Self::AfterSuccess,
        Self::AfterFailure,
        Self::BeforeDeploy,
        Self::Deploy,
        Self::AfterDeploy,
        Self::AfterScript,
        Self::Addons,
        Self::Checkout,
    ];

    /// The name as users know it; also the event of timers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "env",
            Self::BeforeInstall => "before_install",
            Self::Install => "install",
            Self::BeforeScript => "before_script",
            Self::Script => "script",
            Self::BeforeCache => "before_cache",
            Self::AfterSuccess => "after_success",
            Self::AfterFailure => "after_failure",
            Self::BeforeDeploy => "before_deploy",
            Self::Deploy => "deploy",
            Self::AfterDeploy => "after_deploy",
            Self::AfterScript => "after_script",
            Self::Addons => "addons",
            Self::Checkout => "checkout",
        }
    }

    pub(super) fn code(self) -> u8 {
        Self::ALL
            .iter()
            .position(|phase| *phase == self)
            .map_or(u8::MAX, |at| at as u8)
    }

    pub(super) fn from_code(code: u8) -> Result<Self, DecodeError> {
        Self::ALL
            .get(usize::from(code))
            .copied()
            .ok_or(DecodeError::Unknown("phase"))
    }
}

/// Whether a phase runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In any case.
    Always,
    /// If the result is passed so far.
    Passed,
    /// If the result is failed.
    Failed,
}

/// One command in the job's shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The text, exactly as the user wrote it; the supervisor adds a newline.
    pub text: String,
    /// Its number in its phase, from 1; 0 for the agent's own, which is neither told nor timed.
    pub number: u32,
    /// What messages call it, e.g. its first line; `None` for one that tells how it ends by itself.
    pub label: Option<String>,
    /// Where it stands, for messages: `install (command 1, .ci.yml line 7)`.
    pub place: String,
    /// The fold's name; `None` for none.
    pub fold: Option<String>,
    /// What the log shows before its output; empty for nothing.
    pub echo: Vec<u8>,
    /// What a status other than 0 means.
    pub failure: Failure,
}

/// What it means when a command ends with a status other than 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing.
    Ignore,
    /// A warning on the job.
    Warn,
    /// It counts for the result, and its status is told in any case (`script`).
    Record,
    /// The job ends as errored.
    Assert,
    /// The deployment failed; with `tolerated`, only a warning.
    Deploy {
        /// `allow_failure: true`
        tolerated: bool,
    },
    /// The deploy entry does not run, and the log gets these bytes.
    SkipEntry(Vec<u8>),
}

impl Script {
    /// As bytes, without the length in front. Holds secrets: neither log nor store them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer(MAGIC.to_vec());
        to.len(self.env.len());
        for (name, value) in &self.env {
            to.bytes(name);
            to.bytes(value);
        }
        to.text(&self.directory);
        to.text(&self.preamble);
        for limit in [self.limits.silence, self.limits.hard, self.limits.grace] {
            to.u64(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        }
        to.bool(self.hold);
        to.len(self.steps.len());
        for step in &self.steps {
            step.encode(&mut to);
        }
        to.0
    }

    /// As a supervisor wants it on its standard input: length (four bytes, little-endian), bytes.
    #[must_use]
    pub fn encode_framed(&self) -> Vec<u8> {
        let mut to = Writer::default();
        to.bytes(&self.encode());
        to.0
    }

    /// Reads what [`Script::encode`] made. Any bytes are safe to give.
    ///
    /// # Errors
    /// When the bytes are no script of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader(bytes);
        if from.take(MAGIC.len())? != MAGIC {
            return Err(DecodeError::Version);
        }
        let mut script = Self::default();
        for _ in 0..from.len()? {
            script.env.push((from.bytes()?, from.bytes()?));
        }
        script.directory = from.text()?;
        script.preamble = from.text()?;
        script.limits = Limits {
            silence: Duration::from_millis(from.u64()?),
            hard: Duration::from_millis(from.u64()?),
            grace: Duration::from_millis(from.u64()?),
        };
        script.hold = from.bool()?;
        for _ in 0..from.len()? {
            script.steps.push(Step::decode(&mut from)?);
        }
        from.end()?;
        Ok(script)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("directory", &self.directory)
            .field("limits", &self.limits)
            .field("hold", &self.hold)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl Step {
    fn encode(&self, to: &mut Writer) {
        match self {
            Self::Phase(start) => {
                to.u8(0);
                to.u8(start.phase.code());
                to.option(start.entry);
                to.u8(match start.when {
                    When::Always => 0,
                    When::Passed => 1,
                    When::Failed => 2,
                });
            }
            Self::Text(bytes) => {
                to.u8(1);
                to.bytes(bytes);
            }
            Self::Command(command) => {
                to.u8(2);
                command.encode(to);
            }
            Self::SkipEntry(bytes) => {
                to.u8(3);
                to.bytes(bytes);
            }
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match from.u8()? {
            0 => Self::Phase(PhaseStart {
                phase: Phase::from_code(from.u8()?)?,
                entry: from.option()?,
                when: match from.u8()? {
                    0 => When::Always,
                    1 => When::Passed,
                    2 => When::Failed,
                    _ => return Err(DecodeError::Unknown("condition of a phase")),
                },
            }),
            1 => Self::Text(from.bytes()?),
            2 => Self::Command(Command::decode(from)?),
            3 => Self::SkipEntry(from.bytes()?),
            _ => return Err(DecodeError::Unknown("step")),
        })
    }
}

impl Command {
    fn encode(&self, to: &mut Writer) {
        to.text(&self.text);
        to.u32(self.number);
        to.bool(self.label.is_some());
        to.text(self.label.as_deref().unwrap_or_default());
        to.text(&self.place);
        to.bool(self.fold.is_some());
        to.text(self.fold.as_deref().unwrap_or_default());
        to.bytes(&self.echo);
        match &self.failure {
            Failure::Ignore => to.u8(0),
            Failure::Warn => to.u8(1),
            Failure::Record => to.u8(2),
            Failure::Assert => to.u8(3),
            Failure::Deploy { tolerated } => {
                to.u8(4);
                to.bool(*tolerated);
            }
            Failure::SkipEntry(bytes) => {
                to.u8(5);
                to.bytes(bytes);
            }
        }
    }

    fn decode(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            text: from.text()?,
            number: from.u32()?,
            label: {
                let (is_there, label) = (from.bool()?, from.text()?);
                is_there.then_some(label)
            },
            place: from.text()?,
            fold: {
                let there = from.bool()?;
                let name = from.text()?;
                there.then_some(name)
            },
            echo: from.bytes()?,
            failure: match from.u8()? {
                0 => Failure::Ignore,
                1 => Failure::Warn,
                2 => Failure::Record,
                3 => Failure::Assert,
                4 => Failure::Deploy {
                    tolerated: from.bool()?,
                },
                5 => Failure::SkipEntry(from.bytes()?),
                _ => return Err(DecodeError::Unknown("meaning of a failure")),
            },
        })
    }
}
