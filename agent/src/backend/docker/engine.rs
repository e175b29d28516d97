//! The engine: how it is found, how long it may take to answer, what its errors mean.

use crate::backend::BackendError;
use bollard::Docker;
use bollard::errors::Error;
use std::future::Future;
use std::io::{self, ErrorKind};
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
            return Err(BackendError::Remote { place });
        }
        let docker = Docker::connect_with_host(&place).map_err(|e| unavailable(reason(&e)))?;
        let docker = tokio::time::timeout(QUICK, docker.negotiate_version())
            .await
            .map_err(|_| unavailable(format!("no answer within {} s", QUICK.as_secs())))?
            .map_err(|error| unavailable(reason(&error)))?;
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
                reason: format!("nothing came within {} s ({action})", limit.as_secs()),
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
        let reason = reason(error);
        if is_unreachable(error) {
            return BackendError::Unavailable {
                place: self.place.clone(),
                reason: format!("{reason} ({action})"),
            };
        }
        if reason.contains("no space left on device") {
            return BackendError::DiskFull(format!("{action}: {reason}"));
        }
        BackendError::Refused {
            action: action.to_owned(),
            reason,
        }
    }
}

/// Whether an error says that the engine is not there, rather than that it refused.
fn is_unreachable(error: &Error) -> bool {
    matches!(
        error,
        Error::HyperLegacyError { .. }
            | Error::HyperResponseError { .. }
            | Error::IOError { .. }
            | Error::SocketNotFoundError(_)
            | Error::RequestTimeoutError
    )
}

/// The HTTP status of an engine's refusal.
pub(super) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// What an error says. That of an engine that is not there is said in words of ours: the client's
/// tell of its own inside.
fn reason(error: &Error) -> String {
    if !is_unreachable(error) {
        return words(error);
    }
    if matches!(error, Error::RequestTimeoutError) {
        return "no answer in time".to_owned();
    }
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |one| one.source());
    let mut kinds = causes.filter_map(|one| Some(one.downcast_ref::<io::Error>()?.kind()));
    let not_there = matches!(error, Error::SocketNotFoundError(_));
    match kinds.next() {
        Some(ErrorKind::NotFound) => "there is no such socket",
        None if not_there => "there is no such socket",
        Some(ErrorKind::ConnectionRefused) => "nobody listens at this socket",
        Some(ErrorKind::PermissionDenied) => "permission denied",
        _ => "the connection broke",
    }
    .to_owned()
}

/// What an error says, down to its cause.
pub(super) fn words(error: &Error) -> String {
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
