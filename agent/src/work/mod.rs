//! The daemon's side of running jobs: what begins builds, claims their jobs, and brings each to its
//! end under its lease.
//!
//! A job's container outlives this process. What is needed to go on with it lies in the database
//! (the lease), in the data folder (the log and its checkpoint) and in the container itself (the
//! supervisor's records); docs/architecture.md tells how they fit together.

mod begin;
mod board;
mod checkpoint;
mod claim;
mod context;
mod fetch;
mod floor;
mod give_way;
mod handle;
mod heartbeat;
mod limits;
mod patience;
mod shared;
mod sink;
mod task;
mod tell;
mod trees;
mod unread;

pub use handle::Handle;

use crate::backend::Backend;
use crate::clock::Clock;
use crate::daemon::{Lifecycle, TaskError};
use crate::data_dir;
use crate::github::Client;
use crate::log::Live;
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::settings::Current;
use crate::store::{Store, StoreError};
use shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

/// How often the queue is looked at unasked: other agents may have put something into it.
const LOOK: Duration = Duration::from_secs(2);

/// What the running of jobs stands on.
pub struct Parts {
    /// Builds and jobs.
    pub store: Store,
    /// The queue, as this agent sees it.
    pub queue: Queue,
    /// Where jobs run. Its instances must outlive this process.
    pub backend: Arc<dyn Backend>,
    /// GitHub, for addresses and the token of fetches.
    pub client: Arc<Client>,
    /// The operator's word.
    pub settings: Current,
    /// Who reads logs that grow.
    pub live: Live,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Run, drain, stop.
    pub lifecycle: Lifecycle,
    /// Told whenever a build was made, or a job may wait in the queue.
    pub built: Arc<Notify>,
    /// What time it is.
    pub clock: Clock,
}

/// The running of jobs, not yet begun.
pub struct Work {
    parts: Parts,
    handle: Handle,
}

impl Work {
    /// Nothing runs before [`run`](Self::run).
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let handle = Handle::new(Arc::clone(&parts.built));
        Self { parts, handle }
    }

    /// For those who cancel jobs or make them wait in the queue.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Runs jobs until the daemon stops; those that still run then are left to their supervisors,
    /// and the next start takes them up again.
    ///
    /// # Errors
    /// The database or the data folder cannot be used at the start.
    pub async fn run(self) -> Result<(), TaskError> {
        let identity = data_dir::identity(&self.parts.settings.get().data)?;
        let shared = Arc::new(Shared {
            parts: self.parts,
            board: Arc::clone(&self.handle.board),
            handle: self.handle,
            trees: trees::BuildTrees::default(),
            unread: unread::Unread::default(),
            identity,
            tasks: TaskTracker::new(),
        });
        let stopping = shared.parts.lifecycle.stopping().clone();
        claim::take_up(&shared).await?;
        tokio::select! {
            biased;
            () = stopping.cancelled() => {}
            () = heartbeat::beat(&shared) => {}
            () = serve(&shared) => {}
            () = tidy(&shared) => {}
        }
        // They leave their jobs running, and end at once.
        shared.tasks.close();
        shared.tasks.wait().await;
        shared.parts.backend.settle().await;
        Ok(())
    }
}

/// Begins builds and claims jobs, whenever there may be some.
async fn serve(shared: &Arc<Shared>) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shared.parts.built.notified() => {}
            _ = look.tick() => {}
        }
        let begun = begin::begin_builds(shared).await;
        log_trouble("new builds cannot begin yet", begun);
        let given = give_way::give_way(shared).await;
        log_trouble("older ones of a group cannot give way yet", given);
        let claimed = claim::claim_all(shared).await;
        log_trouble("jobs cannot be claimed yet", claimed);
        log_trouble("the queue cannot be counted yet", count(shared).await);
    }
}

/// Tells how much runs and waits.
async fn count(shared: &Shared) -> Result<(), StoreError> {
    let (parts, settings) = (&shared.parts, shared.parts.settings.get());
    let slots = settings.settings.jobs.parallel();
    parts.metrics.running(parts.lifecycle.jobs(), slots);
    if let Some(left) = parts.client.requests_left() {
        parts.metrics.github_budget(left);
    }
    parts.metrics.queued(parts.queue.waiting().await?);
    Ok(())
}

/// Clears up after agents and instances that are gone.
async fn tidy(shared: &Arc<Shared>) {
    let mut swept: Option<Instant> = None;
    let every = shared.parts.queue.pace().tidy;
    let mut tick = interval(every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        log_trouble(
            "lost leases cannot be ended yet",
            claim::expire(shared).await,
        );
        if swept.is_none_or(|last| last.elapsed() >= 3 * every) {
            swept = Some(Instant::now());
            claim::sweep(shared).await;
        }
    }
}

/// What the database refuses now it may give at the next look.
fn log_trouble(what: &str, done: Result<(), StoreError>) {
    if let Err(error) = done {
        tracing::warn!(%error, "{what}");
    }
}
