//! Starting an instance, and speaking with its supervisor.

use super::engine::{QUICK, SLOW};
use super::exec::plain;
use super::names::Names;
use super::toolbox::PROGRAM;
use super::{Inner, daemon, networks, services};
use crate::backend::{Attachment, BackendError};
use bollard::container::AttachContainerResults;
use bollard::query_parameters::AttachContainerOptionsBuilder;
use std::fmt;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio_util::io::StreamReader;

/// A supervisor that does not take its script within this time is stuck.
const HAND_OVER: Duration = Duration::from_secs(60);

/// The standard input of a supervisor that waits for its script. When it goes, so does the
/// supervisor.
pub(super) struct Waiting(AttachContainerResults);

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}

/// Starts the containers and waits until those beside the job's are ready.
pub(super) async fn bring_up(inner: &Inner, id: &str) -> Result<Vec<Duration>, BackendError> {
    let (took, waiting) = up(inner, id).await?;
    inner.held(id, |held| held.waiting = Some(waiting));
    Ok(took)
}

async fn up(inner: &Inner, id: &str) -> Result<(Vec<Duration>, Waiting), BackendError> {
    let names = Names::of(id);
    let waiting = match begin(inner, id, &names).await {
        // Its network may have been removed from outside while it was warm.
        Err(BackendError::Refused { reason, .. })
            if reason.contains("network") && networks::restore(inner, id).await? =>
        {
            begin(inner, id, &names).await?
        }
        other => other?,
    };
    let services = inner.held(id, |held| held.services.clone());
    let services = services.unwrap_or_default();
    let (took, ()) = tokio::try_join!(
        services::start(inner, &names, &services),
        daemon::start(inner, id, &names),
    )?;
    Ok((took, waiting))
}

/// Starts the job's container, with a way to the supervisor's standard input; that of a start that
/// failed leads nowhere.
async fn begin(inner: &Inner, id: &str, names: &Names) -> Result<Waiting, BackendError> {
    let engine = &inner.engine;
    let options = AttachContainerOptionsBuilder::new()
        .stream(true)
        .stdin(true)
        .build();
    let request = engine.docker.attach_container(&names.job, Some(options));
    let attached = engine
        .find("attaching to the job's container", QUICK, request)
        .await?;
    let Some(attached) = attached else {
        return Err(gone(id, "there is no such container"));
    };
    let request = engine.docker.start_container(&names.job, None);
    engine
        .call("starting the job's container", SLOW, request)
        .await?;
    Ok(Waiting(attached))
}

/// Hands the script to the supervisor over its standard input: the only way by which secrets come
/// in, since the engine keeps nothing of it (threat T8).
pub(super) async fn start(inner: &Inner, id: &str, script: &[u8]) -> Result<(), BackendError> {
    let waiting = inner.held(id, |held| held.waiting.take()).flatten();
    let Waiting(mut attached) = match waiting {
        Some(waiting) => waiting,
        None => up(inner, id).await?.1,
    };
    let hand_over = async {
        attached.input.write_all(script).await?;
        attached.input.flush().await?;
        attached.input.shutdown().await
    };
    match tokio::time::timeout(HAND_OVER, hand_over).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(gone(id, &format!("it did not take its script: {error}"))),
        Err(_) => Err(gone(id, "it did not take its script in time")),
    }
}

/// Connects to the supervisor's records by running the toolbox beside it.
pub(super) async fn attach(inner: &Inner, id: &str, from: u64) -> Result<Attachment, BackendError> {
    let names = Names::of(id);
    let from = from.to_string();
    let command = [PROGRAM, "attach", "--from", &from];
    let running = inner.engine.spawn(&names.job, &command, (None, true)).await;
    let running = running.map_err(|error| match error {
        BackendError::Gone { reason, .. } => gone(id, &reason),
        other => other,
    })?;
    let output = Box::pin(plain(running.output));
    Ok(Attachment {
        output: Box::pin(StreamReader::new(output)),
        input: running.input,
    })
}

pub(super) fn gone(id: &str, reason: &str) -> BackendError {
    BackendError::Gone {
        id: id.to_owned(),
        reason: reason.to_owned(),
    }
}
