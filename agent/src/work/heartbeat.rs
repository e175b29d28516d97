//! Keeps the leases of running jobs, and lets go of those that are lost (reliability P5).

use super::shared::Shared;
use crate::queue::HEARTBEAT;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// A database that takes longer than this to renew is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// Until the next attempt after one that failed.
const AGAIN: Duration = Duration::from_secs(1);

/// Renews all leases again and again.
pub(super) async fn beat(shared: &Shared) {
    let mut pause = HEARTBEAT;
    loop {
        sleep(pause).await;
        pause = if once(shared).await { HEARTBEAT } else { AGAIN };
    }
}

/// Renews all leases; false where that was not possible.
pub(super) async fn once(shared: &Shared) -> bool {
    let leases = shared.board.leases();
    let began = Instant::now();
    let renewed = timeout(PATIENCE, shared.parts.queue.renew(&leases)).await;
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
    shared.board.fence(Instant::now());
    if done {
        stop_what_was_asked(shared).await;
    }
    done
}

/// A job may have been canceled on another agent's page.
async fn stop_what_was_asked(shared: &Shared) {
    for lease in shared.board.leases() {
        let row = timeout(PATIENCE, shared.parts.store.job(lease.job)).await;
        if let Ok(Ok(Some(job))) = row
            && job.stopping
        {
            shared.board.stop(lease.job);
        }
    }
}
