//! Keeps the leases of running jobs, and lets go of those that are lost (reliability P5).

use super::shared::Shared;
use crate::queue::Pace;
use tokio::time::{Instant, sleep, timeout};

/// Renews all leases again and again.
pub(super) async fn beat(shared: &Shared) {
    let Pace {
        heartbeat, again, ..
    } = shared.parts.queue.pace();
    let mut pause = heartbeat;
    loop {
        sleep(pause).await;
        pause = if once(shared).await { heartbeat } else { again };
    }
}

/// Renews all leases; false where that was not possible.
pub(super) async fn once(shared: &Shared) -> bool {
    let pace = shared.parts.queue.pace();
    let leases = shared.board.leases();
    let began = Instant::now();
    let renewed = timeout(pace.patience, shared.parts.queue.renew(&leases)).await;
    let done = match renewed {
        Ok(Ok(gone)) => {
            shared.board.renewed(&leases, &gone, began);
            true
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "leases cannot be renewed");
            false
        }
        Err(_) => {
            tracing::warn!("leases cannot be renewed: the database does not answer");
            false
        }
    };
    shared.board.fence(Instant::now(), pace.fence);
    if done {
        stop_what_was_asked(shared).await;
    }
    done
}

/// A job may have been canceled on another agent's page.
async fn stop_what_was_asked(shared: &Shared) {
    // One question for all, and one time to wait: the next renewal must not come late for it.
    let patience = shared.parts.queue.pace().patience;
    let held = timeout(patience, shared.parts.queue.held()).await;
    for (lease, job) in held.into_iter().flatten().flatten() {
        if job.stopping {
            shared.board.stop(lease.job);
        }
    }
}
