//! Which jobs run here: those that are claimed or taken up, and what is left over.

use super::context::{Claimed, Unread};
use super::floor;
use super::heartbeat;
use super::shared::Shared;
use super::task::Task;
use super::unread::give_up;
use crate::daemon::Busy;
use crate::queue::{Expired, Lease, Limits};
use crate::runner::execute::Cancel;
use crate::scheduler::{Event, State};
use crate::store::{JobRow, JobSummary, StoreError, Transition};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Claims jobs while there is room for them.
pub(super) async fn claim_all(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let settings = shared.parts.settings.get();
    let settings = &settings.settings;
    let limits = Limits {
        agent: u32::try_from(settings.jobs.parallel()).unwrap_or(u32::MAX),
        repository: settings.queue.per_repository,
    };
    while floor::has_room(shared).await {
        let Some(busy) = shared.parts.lifecycle.begin_job() else {
            return Ok(());
        };
        let began = Instant::now();
        let (lease, row) = match shared.parts.queue.claim(limits).await {
            Ok(Some(claimed)) => claimed,
            Ok(None) => return Ok(()),
            Err(error) if error.is_of_one_row() => {
                tracing::error!(%error, "a job cannot be read; others go on");
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Some(queued) = row.attempt.queued {
            let waited = Duration::try_from(shared.parts.clock.now().duration_since(queued));
            shared.parts.metrics.claimed(waited.unwrap_or_default());
        }
        spawn(shared, lease, row, busy, began).await;
    }
    Ok(())
}

/// Takes up the jobs that an earlier process of this agent left running.
pub(super) async fn take_up(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let held = shared.parts.queue.held().await?;
    let leases: Vec<Lease> = held.iter().map(|(lease, _)| lease.clone()).collect();
    let began = Instant::now();
    let gone = shared.parts.queue.renew(&leases).await?;
    for (lease, row) in held {
        if gone.contains(&lease) {
            continue;
        }
        let Some(busy) = shared.parts.lifecycle.begin_job() else {
            return Ok(());
        };
        spawn(shared, lease, row, busy, began).await;
    }
    Ok(())
}

/// Runs a job in a task of its own.
async fn spawn(shared: &Arc<Shared>, lease: Lease, row: JobRow, busy: Busy, fresh: Instant) {
    let number = row.plan.number;
    let Some(claimed) = read(shared, &lease, &row, fresh).await else {
        // The lease ends by itself, and who looks after expired ones tells what follows.
        return;
    };
    let cancel = Cancel::default();
    if claimed.row.stopping {
        cancel.soft.cancel();
    }
    let instance = shared.instance(&lease);
    // Before the job starts: nobody can cancel it in between unheard.
    let names = (number, instance.as_str());
    let lost = shared.board.add(&lease, names, &cancel, fresh);
    let task = Task {
        shared: Arc::clone(shared),
        claimed,
        cancel,
        lost,
    };
    let shared_here = Arc::clone(shared);
    shared.tasks.spawn(async move {
        let shared = shared_here;
        let run = tokio::spawn(task.run()).await;
        shared.board.remove(&lease);
        if run.is_err() {
            broken(&shared, &lease, number).await;
        }
        drop(busy);
        // There is room for another one.
        shared.handle.look();
    });
}

/// Reads what belongs to a job, for as long as its lease is certainly ours: a server that restarts
/// between claim and reading must not cost the job one of its lives.
async fn read(shared: &Shared, lease: &Lease, row: &JobRow, fresh: Instant) -> Option<Claimed> {
    let pace = shared.parts.queue.pace();
    loop {
        match Claimed::read(shared, lease.clone(), row.clone()).await {
            Ok(claimed) => return Some(claimed),
            Err(Unread::Database(error))
                if error.is_temporary() && fresh.elapsed() + pace.heartbeat < pace.fence =>
            {
                tracing::warn!(job = lease.job.0, %error, "a job cannot be read yet");
            }
            Err(error) => {
                tracing::error!(job = lease.job.0, %error, "a job cannot be run");
                return None;
            }
        }
        tokio::time::sleep(pace.again).await;
    }
}

/// The agent itself broke while it ran a job: the build must not wait for it. The panic has told
/// where; what the job had is removed by the next sweep.
async fn broken(shared: &Shared, lease: &Lease, number: u32) {
    let reason = "the agent broke while it ran this job; this is a mistake of its own";
    let with = Transition {
        finished: Some((lease.job, Some(reason.to_owned()), JobSummary::default())),
        epoch: Some((lease.job, lease.epoch)),
        ..Transition::default()
    };
    // Nobody knows how far it came, and its container may still run: it is not run again by itself.
    let event = Event::JobDeployed(number, State::Errored);
    if let Err(error) = shared.apply(lease.build, event, &with).await {
        tracing::error!(%error, "the end of a job cannot be stored");
    }
}

/// Deals with the leases of agents that are gone.
pub(super) async fn expire(shared: &Shared) -> Result<(), StoreError> {
    // Our own first: this process may have slept through them.
    heartbeat::once(shared).await;
    for expired in shared.parts.queue.expire(shared.parts.clock.now()).await? {
        match expired {
            Expired::Requeued(_) => shared.handle.look(),
            // Whoever has it in hand knows the reason better.
            Expired::Lost(lease) if shared.board.has(lease.job) => {}
            Expired::Lost(lease) => match lose(shared, &lease).await {
                Err(error) if error.is_of_one_row() => {
                    give_up(shared, lease.build, &error).await?;
                }
                done => done?,
            },
            Expired::Unreadable(lease, error) => {
                give_up(shared, lease.build, &error).await?;
            }
        }
    }
    Ok(())
}

async fn lose(shared: &Shared, lease: &Lease) -> Result<(), StoreError> {
    let store = &shared.parts.store;
    let Some(number) = store.job_number(lease.job).await? else {
        return Ok(());
    };
    let reason = match store.job(lease.job).await {
        Err(error) if error.is_of_one_row() => format!("it cannot be read: {error}"),
        read => {
            read?;
            "the agent that ran this job was lost; it is not repeated by itself".to_owned()
        }
    };
    let with = Transition {
        finished: Some((lease.job, Some(reason), JobSummary::default())),
        ..Transition::default()
    };
    let event = Event::JobLost(number);
    shared.apply(lease.build, event, &with).await.map(|_| ())
}

/// Removes instances that no lease in hand stands for (reliability P7).
pub(super) async fn sweep(shared: &Shared) {
    let backend = &shared.parts.backend;
    let lasting = match backend.lasting().await {
        Ok(lasting) => lasting,
        Err(error) => return tracing::warn!(%error, "leftovers cannot be looked for"),
    };
    // Looked at after: an instance is on the board before it is made.
    let wanted = shared.board.instances();
    for id in lasting.iter().filter(|id| !wanted.contains(*id)) {
        match backend.remove(id).await {
            Ok(()) => tracing::info!(%id, "removed what was left over"),
            Err(error) => tracing::warn!(%id, %error, "a leftover cannot be removed"),
        }
    }
    if let Err(error) = backend.sweep().await {
        tracing::warn!(%error, "leftovers cannot be removed");
    }
}
