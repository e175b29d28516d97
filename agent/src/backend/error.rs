//! Why a backend could not do what it was asked for, and what a person can do about it.

use std::io::ErrorKind;
use std::path::PathBuf;

/// The last of what a service printed, where it did.
fn ended_with(said: &str) -> String {
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    last.map_or_else(String::new, |line| format!("; it said: {}", line.trim()))
}

/// Why a backend could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The engine does not answer.
    #[error("Docker does not answer at {place}: {reason}")]
    Unavailable {
        /// The socket or address.
        place: String,
        /// What the attempt said.
        reason: String,
    },
    /// The engine is not on this machine.
    #[error(
        "the Docker engine at {place} cannot be used: jobs mount the agent's toolbox from this \
         machine, so the engine must answer at a socket here"
    )]
    Remote {
        /// The address.
        place: String,
    },
    /// The agent is in a container, and the engine finds its data folder elsewhere or not at all.
    #[error(
        "the agent runs in a container, where its data folder is {}; for the Docker engine that is {}",
        data.display(),
        outside.as_ref().map_or("in the container only".to_owned(), |path| path.display().to_string())
    )]
    Elsewhere {
        /// The folder as the agent sees it.
        data: std::path::PathBuf,
        /// As the engine sees it.
        outside: Option<std::path::PathBuf>,
    },
    /// An image can't be had.
    #[error("image {image} cannot be had: {reason}")]
    Image {
        /// The reference.
        image: String,
        /// What the engine or registry said.
        reason: String,
        /// What to do, where more is known than that.
        hint: Option<String>,
    },
    /// What the agent brings into containers is not there, or of no use.
    #[error("the toolbox {} cannot be used: {reason}", path.display())]
    Toolbox {
        /// Where it was looked for.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data folder can't be used.
    #[error("the data folder cannot be used: {}: {source}", path.display())]
    Data {
        /// The file or folder in it.
        path: std::path::PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A service did not get ready.
    #[error("the service {name} {reason}{}", ended_with(said))]
    Service {
        /// Its name.
        name: String,
        /// What happened, e.g. `ended with exit code 1`.
        reason: String,
        /// The last lines that it printed, as they came: whoever shows them masks them first.
        said: String,
    },
    /// The disk is full.
    #[error("no space left on the engine's disk: {0}")]
    DiskFull(String),
    /// The instance is not there, or its supervisor does not answer.
    #[error("the container of {id} is gone: {reason}")]
    Gone {
        /// The instance.
        id: String,
        /// What was seen.
        reason: String,
    },
    /// Anything else the engine refused.
    #[error("{action}: {reason}")]
    Refused {
        /// What was asked for, e.g. `making a network`.
        action: String,
        /// The engine's answer.
        reason: String,
    },
}

impl BackendError {
    /// What a person can do about it, as a line of its own.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Unavailable { reason, .. } if reason.contains("ermission denied") => {
                "your user may not speak to Docker; add it to the group `docker` and log in again"
            }
            Self::Unavailable { .. } => {
                "start Docker (`systemctl start docker`), or name another engine with DOCKER_HOST; \
                 `docker version` shows whether it answers"
            }
            Self::Image { hint, .. } => hint.as_deref().unwrap_or(
                "check the name and the tag; `docker pull` shows what the registry says",
            ),
            Self::Toolbox { .. } => {
                "`script/build` makes it; put it beside the agent, or name it in AGENT_TOOLBOX"
            }
            Self::Remote { .. } => {
                "unset DOCKER_HOST, or set it to unix:///var/run/docker.sock, and run the agent on \
                 the engine's machine"
            }
            Self::Data { source, .. } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    "free some space on its disk, or name another folder with AGENT_DATA"
                }
                _ => "AGENT_DATA names another one",
            },
            Self::Elsewhere { data, .. } => {
                return Some(format!(
                    "mount it at the same path in both: `-v {0}:{0}`, see docs/running.md",
                    data.display()
                ));
            }
            Self::DiskFull(_) => "`docker system df` shows what takes the space",
            Self::Service { .. } | Self::Gone { .. } | Self::Refused { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// The error and its hint in one line, for where there is only one.
    #[must_use]
    pub fn with_hint(&self) -> String {
        match self.hint() {
            Some(hint) => format!("{self}; {hint}"),
            None => self.to_string(),
        }
    }

    /// Makes a function that turns an I/O error at `path` in the data folder into ours.
    pub(crate) fn data(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Data { path, source }
    }
}
