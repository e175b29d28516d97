//! Commands in containers that run.

use super::engine::{Engine, QUICK, status};
use crate::backend::BackendError;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecOptions, StartExecResults};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::time::Duration;
use tokio::io::AsyncWrite;

/// The first buffer for the engine's frames, in bytes.
const BUFFER: usize = 256 * 1024;

/// What a command that ended left.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code.
    pub(super) code: i64,
    /// Its standard output.
    pub(super) out: Vec<u8>,
    /// Its standard error.
    pub(super) err: String,
}

/// The streams of a command that runs.
pub(super) struct Running {
    /// The engine's number of it.
    pub(super) id: String,
    /// Its output.
    pub(super) output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
    /// Its standard input.
    pub(super) input: Pin<Box<dyn AsyncWrite + Send>>,
}

impl Engine {
    /// Starts a command with its streams attached. Nothing secret may be among its words: the
    /// engine tells them in its events (threat T8).
    pub(super) async fn spawn(
        &self,
        container: &str,
        command: &[&str],
        stdin: bool,
    ) -> Result<Running, BackendError> {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdin: Some(stdin),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let action = format!("running {} in {container}", command.first().unwrap_or(&""));
        let gone = |error: Error| match status(&error) {
            Some(404 | 409) => BackendError::Gone {
                id: container.to_owned(),
                reason: self.error("asking the engine", &error).to_string(),
            },
            _ => self.error(&action, &error),
        };
        let made = async { Ok(self.docker.create_exec(container, options).await) };
        let made = self.call(&action, QUICK, made).await?.map_err(gone)?;
        let start = StartExecOptions {
            output_capacity: Some(BUFFER),
            ..StartExecOptions::default()
        };
        let started = async { Ok(self.docker.start_exec(&made.id, Some(start)).await) };
        match self.call(&action, QUICK, started).await?.map_err(gone)? {
            StartExecResults::Attached { output, input } => Ok(Running {
                id: made.id,
                output,
                input,
            }),
            StartExecResults::Detached => Err(BackendError::Refused {
                action,
                reason: "the engine gave no streams".to_owned(),
            }),
        }
    }

    /// Runs a command to its end, but no longer than `limit`.
    pub(super) async fn exec(
        &self,
        container: &str,
        command: &[&str],
        limit: Duration,
    ) -> Result<Ended, BackendError> {
        let action = format!("running {} in {container}", command.first().unwrap_or(&""));
        let whole = async {
            let mut running = self.spawn(container, command, false).await?;
            let (mut out, mut err) = (Vec::new(), Vec::new());
            while let Some(piece) = running.output.next().await {
                match piece.map_err(|error| self.error(&action, &error))? {
                    LogOutput::StdErr { message } => err.extend(message),
                    other => out.extend(other.into_bytes()),
                }
            }
            let end = self.docker.inspect_exec(&running.id);
            let end = self.call(&action, QUICK, end).await?;
            Ok(Ended {
                code: end.exit_code.unwrap_or(-1),
                out,
                err: String::from_utf8_lossy(&err).trim().to_owned(),
            })
        };
        tokio::time::timeout(limit, whole)
            .await
            .unwrap_or_else(|_| {
                Err(BackendError::Refused {
                    action,
                    reason: format!("it did not end within {} s", limit.as_secs()),
                })
            })
    }
}

/// The standard output of a command as plain bytes; what it says on standard error goes to the
/// agent's own log.
pub(super) fn plain(
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    output.filter_map(|piece| async {
        match piece {
            Ok(LogOutput::StdErr { message }) => {
                tracing::warn!("supervisor: {}", String::from_utf8_lossy(&message).trim());
                None
            }
            Ok(other) => Some(Ok(other.into_bytes())),
            Err(error) => Some(Err(std::io::Error::other(error))),
        }
    })
}
