//! A terminal in a job's container, for the user's own shell where the job waits.

use super::Inner;
use super::engine::QUICK;
use super::exec::plain;
use super::names::Names;
use super::run::gone;
use super::toolbox::PROGRAM;
use crate::backend::{BackendError, Console, Size};
use bollard::exec::ResizeExecOptions;
use tokio_util::io::StreamReader;

/// Opens it as the job's user. The toolbox becomes the shell: what the job has set reaches it from the
/// supervisor, so that the engine is told nothing of it (threat T8).
pub(super) async fn open(inner: &Inner, id: &str, size: Size) -> Result<Console, BackendError> {
    let names = Names::of(id);
    let (rows, columns) = (size.rows.to_string(), size.columns.to_string());
    let command = [PROGRAM, "shell", &rows, &columns];
    let running = inner.engine.terminal(&names.job, &command).await;
    let running = running.map_err(|error| match error {
        BackendError::Gone { reason, .. } => gone(id, &reason),
        other => other,
    })?;
    Ok(Console {
        id: running.id,
        output: Box::pin(StreamReader::new(Box::pin(plain(running.output)))),
        input: running.input,
    })
}

/// Tells it its new size.
pub(super) async fn resize(inner: &Inner, console: &str, size: Size) -> Result<(), BackendError> {
    let size = ResizeExecOptions {
        height: size.rows,
        width: size.columns,
    };
    let request = inner.engine.docker.resize_exec(console, size);
    let action = "telling a terminal its size";
    inner.engine.call(action, QUICK, request).await
}
