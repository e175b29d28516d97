//! A job's log on its way to the data folder, and what the job may do next.

use super::checkpoint::{self, Saved};
use crate::log::live::Writer;
use crate::log::{LimitedLog, Limits, Live, LogError, LogId, Masked};
use crate::metrics::Metrics;
use crate::queue::{Lease, Queue};
use crate::runner::execute::{Checkpoint, Sink};
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Keeps the log of one attempt.
pub(super) struct JobLog {
    lease: Lease,
    queue: Queue,
    metrics: Arc<Metrics>,
    folder: PathBuf,
    log: Result<LimitedLog, String>,
    writer: Writer,
}

impl JobLog {
    /// Opens the log, cut off where the job goes on: at a checkpoint, or at its beginning.
    pub(super) fn open(
        data: &Path,
        limits: Limits,
        live: &Live,
        (queue, metrics): (&Queue, &Arc<Metrics>),
        lease: &Lease,
        saved: Option<&Saved>,
    ) -> Self {
        let id = LogId {
            job: lease.job.0,
            attempt: lease.attempt,
        };
        let folder = id.folder(data);
        let end = saved.map_or(0, |saved| saved.log_end);
        let log = cut(&folder, limits, end).map_err(|error| error.to_string());
        if saved.is_none()
            && let Err(error) = checkpoint::remove(&folder)
        {
            tracing::warn!(%error, "an old checkpoint cannot be removed");
        }
        Self {
            lease: lease.clone(),
            queue: queue.clone(),
            metrics: Arc::clone(metrics),
            folder,
            log,
            writer: live.write(id, end),
        }
    }

    /// Why the log is not whole; none where it is.
    pub(super) fn trouble(&self) -> Option<String> {
        let error = self.log.as_ref().err()?;
        Some(format!("its log could not be kept: {error}"))
    }
}

/// Opens a log and cuts it off.
fn cut(folder: &Path, limits: Limits, end: u64) -> Result<LimitedLog, LogError> {
    let mut log = LimitedLog::open(folder, limits)?;
    log.segments().truncate(end)?;
    Ok(log)
}

#[async_trait]
impl Sink for JobLog {
    /// A supervisor can't wait for leave in the middle of a job. So that a deployment is never
    /// repeated, one that may come is noted before the script is handed over (reliability P4). A
    /// checkpoint tells a later process that the job may have run, even when its container is gone.
    async fn starting(&mut self, deploys: bool) -> Result<(), String> {
        self.checkpoint(&Checkpoint::default()).await;
        if !deploys {
            return Ok(());
        }
        match self.queue.deploying(&self.lease).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("another agent has taken the job over".to_owned()),
            Err(error) => Err(format!("it cannot be noted that it deploys: {error}")),
        }
    }

    async fn log(&mut self, bytes: Masked<'_>) {
        let Ok(log) = &mut self.log else { return };
        if bytes.is_empty() {
            return;
        }
        match log.append(bytes) {
            Ok(_) => {
                self.metrics.log_stored(bytes.len() as u64);
                self.writer.grown(log.segments().end());
            }
            Err(error) => {
                tracing::warn!(%error, "the log of a job cannot be kept");
                self.log = Err(error.to_string());
            }
        }
    }

    async fn checkpoint(&mut self, at: &Checkpoint) {
        let Ok(log) = &mut self.log else { return };
        let saved = Saved {
            epoch: self.lease.epoch,
            log_end: log.segments().end(),
            at: at.clone(),
        };
        if let Err(error) = checkpoint::write(&self.folder, &saved) {
            tracing::warn!(%error, "a job could not go on after a restart of the agent");
        }
    }

    async fn closed(&mut self) {
        if let Ok(log) = &mut self.log
            && let Err(error) = log.segments().sync()
        {
            tracing::warn!(%error, "the end of the log may not be on disk");
        }
    }
}
