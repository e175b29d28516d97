//! The budget of disk that a job has: looked at from outside while it runs (security T16).

use super::Begun;
use crate::backend::Backend;
use crate::protocol::{Cause, CommandId, JobResult, Outcome};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Before the first look, and between two of them: short jobs are not looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Looking takes at most one part of so many of the time, however many files there are …
const PART: u32 = 20;
/// … but a job with millions of them is looked at all the same.
const LONGEST: Duration = Duration::from_secs(60);
/// Between TERM and KILL: what has taken too much must not go on taking for long.
const GRACE: Duration = Duration::from_secs(1);

/// Whether a job was found beyond its budget.
#[derive(Debug, Default)]
pub(super) struct Budget(AtomicBool);

impl Budget {
    /// Whether it was.
    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// What a job that was stopped for it came to; one that had ended before stays as it is.
    pub(super) fn judge(&self, outcome: &mut Outcome, command: Option<CommandId>) {
        if self.is_spent() && outcome.result == JobResult::Canceled {
            outcome.result = JobResult::Errored;
            outcome.cause = Cause::DiskLimit { command };
        }
    }
}

/// The outcome of a job that was stopped for it and could say nothing any more.
pub(super) fn outcome(command: Option<CommandId>) -> Outcome {
    Outcome {
        result: JobResult::Errored,
        cause: Cause::DiskLimit { command },
        warnings: Vec::new(),
    }
}

/// Ends when the job was beyond its budget and its instance has stopped; otherwise never.
pub(super) async fn stop_when_spent(backend: &Arc<dyn Backend>, job: &Begun, budget: &Budget) {
    let id = &job.id;
    let mut pause = EVERY;
    loop {
        tokio::time::sleep(pause).await;
        let began = Instant::now();
        let used = backend.disk_use(id).await;
        pause = (began.elapsed() * PART).clamp(EVERY, LONGEST);
        match used {
            Ok(used) if used > job.disk => break,
            Ok(_) => {}
            // Without the words of what runs inside: nobody masks them here.
            Err(_) => tracing::debug!(%id, "what it takes of the disk cannot be told now"),
        }
    }
    budget.0.store(true, Ordering::Relaxed);
    if let Err(error) = backend.stop(id, GRACE).await {
        tracing::warn!(%id, %error, "stopping failed");
    }
}

/// What the log says.
pub(super) fn line(limit: u64) -> String {
    format!(
        "\r\n\r\nThe job exceeded the maximum disk space for jobs ({} MiB), and has been \
         terminated.\r\n\r\n",
        limit >> 20
    )
}
