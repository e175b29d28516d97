//! Commands in containers that run.

use super::engine::{Engine, QUICK, status};
use crate::backend::{BackendError, said};
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

/// The most that is kept of either stream of a command, in bytes: what runs in a job's containers
/// may be made to say more.
const MOST: usize = 1 << 20;

/// What a command that ended left.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code.
    pub(super) code: i64,
    /// The beginning of its standard output.
    pub(super) out: Vec<u8>,
    /// The beginning of its standard error.
    err: Vec<u8>,
}

impl Ended {
    /// What it said, for a message. Where the runtime could not start it, the engine gives the
    /// runtime's words as its output.
    pub(super) fn said(&self) -> String {
        let text = if self.err.is_empty() {
            &self.out
        } else {
            &self.err
        };
        match said(text) {
            text if text.is_empty() => format!("it ended with exit code {}", self.code),
            text => text,
        }
    }
}

fn keep(to: &mut Vec<u8>, piece: &[u8]) {
    let room = MOST.saturating_sub(to.len()).min(piece.len());
    to.extend_from_slice(piece.get(..room).unwrap_or_default());
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
        (user, stdin): (Option<&str>, bool),
    ) -> Result<Running, BackendError> {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            user,
            attach_stdin: Some(stdin),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        self.begin(container, options).await
    }

    /// The same on a terminal.
    pub(super) async fn terminal(
        &self,
        container: &str,
        command: &[&str],
    ) -> Result<Running, BackendError> {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(true),
            // The engine's own begin with Ctrl-P, which is the shell's.
            detach_keys: Some("ctrl-^,ctrl-_"),
            ..CreateExecOptions::default()
        };
        self.begin(container, options).await
    }

    async fn begin(
        &self,
        container: &str,
        options: CreateExecOptions<&str>,
    ) -> Result<Running, BackendError> {
        let command = options.cmd.as_deref().unwrap_or_default();
        let tty = options.tty.unwrap_or_default();
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
            tty,
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
        self.exec_as(None, container, command, limit).await
    }

    /// The same as another user than the container's.
    pub(super) async fn exec_as(
        &self,
        user: Option<&str>,
        container: &str,
        command: &[&str],
        limit: Duration,
    ) -> Result<Ended, BackendError> {
        let action = format!("running {} in {container}", command.first().unwrap_or(&""));
        let whole = async {
            let mut running = self.spawn(container, command, (user, false)).await?;
            let (mut out, mut err) = (Vec::new(), Vec::new());
            while let Some(piece) = running.output.next().await {
                match piece.map_err(|error| self.error(&action, &error))? {
                    LogOutput::StdErr { message } => keep(&mut err, &message),
                    other => keep(&mut out, &other.into_bytes()),
                }
            }
            let end = self.docker.inspect_exec(&running.id);
            let end = self.call(&action, QUICK, end).await?;
            Ok(Ended {
                code: end.exit_code.unwrap_or(-1),
                out,
                err,
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

/// The standard output of a command as plain bytes. Of what it says on standard error the agent's
/// own log has the length only: nobody masks it there.
pub(super) fn plain(
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    output.filter_map(|piece| async {
        match piece {
            Ok(LogOutput::StdErr { message }) => {
                let bytes = message.len();
                tracing::warn!(bytes, "the supervisor wrote to its standard error");
                None
            }
            Ok(other) => Some(Ok(other.into_bytes())),
            Err(error) => Some(Err(std::io::Error::other(error))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: i64, out: &[u8], err: &[u8]) -> Ended {
        Ended {
            code,
            out: out.to_vec(),
            err: err.to_vec(),
        }
    }

    #[test]
    fn a_message_has_what_the_command_or_the_runtime_said() {
        let runtime = b"OCI runtime exec failed: no such file\r\n";
        assert_eq!(
            ended(126, runtime, b"").said(),
            "OCI runtime exec failed: no such file"
        );
        // As it came: a masker has yet to see it.
        assert_eq!(ended(1, b"out", b"why\x1b[2J\n").said(), "why\x1b[2J");
        assert_eq!(
            ended(137, b"", b" \n").said(),
            "it ended with exit code 137"
        );
        assert_eq!(ended(1, b"", &[b'x'; 100_000]).said().len(), 64 << 10);
    }

    #[test]
    fn a_command_that_says_too_much_is_cut() {
        let mut kept = Vec::new();
        for _ in 0..3 {
            keep(&mut kept, &vec![b'x'; MOST / 2 + 1]);
        }
        assert_eq!(kept.len(), MOST);
    }
}
