//! One job on a backend: from a prepared instance to its end, with a clean-up in any case.
//!
//! Steps: create ► start ► follow the records ► ask what was pushed ► remove. Cancellation is
//! looked for in each of them.

mod end;
mod follow;

pub use end::{CommandTime, End, JobEnd};

use crate::backend::{Backend, BackendError, InstanceSpec};
use crate::log::{Masked, Masker};
use crate::protocol::{CommandId, Script};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A job with everything it needs.
pub struct Prepared {
    /// What to make.
    pub spec: InstanceSpec,
    /// What to run; holds secrets.
    pub script: Script,
    /// Hides the job's secrets.
    pub masker: Masker,
    /// Between asking the job to stop and killing it.
    pub grace: Duration,
}

/// Where a job's log and events go.
#[async_trait]
pub trait Sink: Send {
    /// The container is about to run.
    async fn started(&mut self) {}
    /// More of the log.
    async fn log(&mut self, bytes: Masked<'_>);
    /// One of the user's commands begins.
    async fn command(&mut self, _command: CommandId) {}
    /// Nothing came for a moment; what is half a line may be shown.
    async fn idle(&mut self) {}
    /// The log is complete.
    async fn closed(&mut self) {}
}

/// Two ways to end a job before its time.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    /// Ask it to stop and give it its grace time.
    pub soft: CancellationToken,
    /// Kill it.
    pub hard: CancellationToken,
}

/// A job that ended. Its containers go away while others go on.
pub struct Finished {
    /// How it ended.
    pub end: JobEnd,
    /// The removal; its error names what was left behind.
    pub cleanup: JoinHandle<Result<(), BackendError>>,
}

/// Runs a job to its end. Never fails: what goes wrong is part of the [`JobEnd`].
///
/// With `keep`, an instance whose job did not pass is stopped but not removed.
pub async fn run(
    backend: &Arc<dyn Backend>,
    job: Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
    keep: bool,
) -> Finished {
    let id = job.spec.id.clone();
    let mut end = JobEnd::new(run_steps(backend, &job, sink, cancel).await);
    sink.closed().await;
    let kept = keep && !end.passed();
    if !kept && end.took.is_some() {
        // Asked before the engine goes away. A job's result does not hang on the answer.
        match backend.pushed_images(&id).await {
            Ok(pushed) => end.pushed = pushed,
            Err(error) => tracing::warn!(%id, %error, "the pushed images are not known"),
        }
    }
    let backend = Arc::clone(backend);
    let cleanup = tokio::spawn(async move {
        if kept {
            backend.stop(&id, Duration::ZERO).await
        } else {
            backend.remove(&id).await
        }
    });
    Finished { end, cleanup }
}

async fn run_steps(
    backend: &Arc<dyn Backend>,
    job: &Prepared,
    sink: &mut dyn Sink,
    cancel: &Cancel,
) -> end::Raw {
    let created = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => return end::Raw::without_run(End::Canceled),
        created = backend.create(&job.spec) => created,
    };
    if let Err(error) = created {
        return end::Raw::without_run(End::Broken(error.to_string()));
    }
    sink.started().await;
    let started = Instant::now();
    let script = zeroize::Zeroizing::new(job.script.encode_framed());
    let start = tokio::select! {
        biased;
        () = cancel.soft.cancelled() => return end::Raw::without_run(End::Canceled),
        start = backend.start(&job.spec.id, &script) => start,
    };
    drop(script);
    if let Err(error) = start {
        return end::Raw::without_run(End::Broken(error.to_string()));
    }
    let mut raw = follow::follow(backend, job, sink, cancel).await;
    raw.took = Some(started.elapsed());
    raw
}
