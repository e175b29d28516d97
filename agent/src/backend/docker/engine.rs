//! The engine: how it is found, how long it may take to answer, what its errors mean.

use crate::backend::BackendError;
use bollard::Docker;
use bollard::errors::Error;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

/// For calls that only look something up.
pub(super) const QUICK: Duration = Duration::from_secs(20);
/// For calls that make, start or remove something; a busy engine takes its time.
pub(super) const SLOW: Duration = Duration::from_secs(120);

/// The oldest API that knows private cgroup namespaces, Docker 20.10's.
const OLDEST: (usize, usize) = (1, 41);

/// A connection to an engine on this machine.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    pub(super) docker: Docker,
    place: String,
}

impl Engine {
    /// Connects to `host`, else `DOCKER_HOST`, else the usual sockets, and agrees on a version.
    pub(super) async fn connect(host: Option<&str>) -> Result<Self, BackendError> {
        let place = host.map_or_else(usual_place, str::to_owned);
        let unavailable = |reason: String| BackendError::Unavailable {
            place: place.clone(),
            reason,
        };
        if !place.starts_with("unix://") {
            return Err(unavailable(
                "the engine must be on this machine and answer at a socket (unix://…), \
                 as jobs mount the agent's toolbox from here"
                    .to_owned(),
            ));
        }
        let docker = Docker::connect_with_host(&place).map_err(|e| unavailable(words(&e)))?;
        let docker = tokio::time::timeout(QUICK, docker.negotiate_version())
            .await
            .map_err(|_| unavailable(format!("no answer within {} s", QUICK.as_secs())))?
            .map_err(|error| unavailable(words(&error)))?;
        let version = docker.client_version();
        if (version.major_version, version.minor_version) < OLDEST {
            return Err(unavailable(format!(
                "it speaks version {version} of its API; {}.{} or newer is needed (Docker 20.10)",
                OLDEST.0, OLDEST.1
            )));
        }
        Ok(Self { docker, place })
    }

    /// The path of the engine's socket on this machine.
    pub(super) fn socket(&self) -> &str {
        self.place.trim_start_matches("unix://")
    }

    /// Waits for an answer, but not for ever; `action` says what is tried, e.g. `making a network`.
    pub(super) async fn call<T>(
        &self,
        action: &str,
        limit: Duration,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, BackendError> {
        match tokio::time::timeout(limit, request).await {
            Ok(answer) => answer.map_err(|error| self.error(action, &error)),
            Err(_) => Err(BackendError::Unavailable {
                place: self.place.clone(),
                reason: format!("{action}: no answer within {} s", limit.as_secs()),
            }),
        }
    }

    /// Like [`Engine::call`]; `None` where the thing is not there.
    pub(super) async fn find<T>(
        &self,
        action: &str,
        limit: Duration,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<T>, BackendError> {
        let request = async {
            match request.await {
                Err(error) if status(&error) == Some(404) => Ok(None),
                other => other.map(Some),
            }
        };
        self.call(action, limit, request).await
    }

    /// What an error of the engine means to us.
    pub(super) fn error(&self, action: &str, error: &Error) -> BackendError {
        let reason = words(error);
        if reason.contains("no space left on device") {
            return BackendError::DiskFull(format!("{action}: {reason}"));
        }
        match error {
            Error::DockerResponseServerError { .. } | Error::DockerStreamError { .. } => {
                BackendError::Refused {
                    action: action.to_owned(),
                    reason,
                }
            }
            Error::HyperLegacyError { .. }
            | Error::HyperResponseError { .. }
            | Error::IOError { .. }
            | Error::SocketNotFoundError(_)
            | Error::RequestTimeoutError => BackendError::Unavailable {
                place: self.place.clone(),
                reason: format!("{action}: {reason}"),
            },
            _ => BackendError::Refused {
                action: action.to_owned(),
                reason,
            },
        }
    }
}

/// The HTTP status of an engine's refusal.
pub(super) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// What an error says, down to its cause.
fn words(error: &Error) -> String {
    if let Error::DockerResponseServerError { message, .. } = error {
        return message.trim().to_owned();
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = deeper.source();
    }
    text
}

fn usual_place() -> String {
    if let Some(host) = std::env::var("DOCKER_HOST")
        .ok()
        .filter(|host| !host.is_empty())
    {
        return host;
    }
    let system = "/var/run/docker.sock";
    let own = std::env::var("XDG_RUNTIME_DIR").map(|dir| format!("{dir}/docker.sock"));
    match own {
        Ok(own) if !Path::new(system).exists() && Path::new(&own).exists() => {
            format!("unix://{own}")
        }
        _ => format!("unix://{system}"),
    }
}
