//! The leases that this agent holds, and how fresh each is.

use crate::queue::Lease;
use crate::runner::execute::Cancel;
use crate::store::{BuildId, JobId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The leases in hand, by job.
#[derive(Debug, Default)]
pub(super) struct Board(Mutex<HashMap<JobId, Entry>>);

#[derive(Debug)]
struct Entry {
    lease: Lease,
    number: u32,
    instance: String,
    cancel: Cancel,
    lost: CancellationToken,
    /// When it was certainly still ours.
    fresh: Instant,
}

impl Board {
    /// Adds the lease of a job, by its number in the build and its instance, that was ours at
    /// `fresh`; the answer is cancelled when it must be let go. An older lease of the job, whose loss
    /// nobody has noticed yet, is let go at once.
    pub(super) fn add(
        &self,
        lease: &Lease,
        (number, instance): (u32, &str),
        cancel: &Cancel,
        fresh: Instant,
    ) -> CancellationToken {
        let lost = CancellationToken::new();
        let entry = Entry {
            lease: lease.clone(),
            number,
            instance: instance.to_owned(),
            cancel: cancel.clone(),
            lost: lost.clone(),
            fresh,
        };
        if let Some(older) = self.lock().insert(lease.job, entry) {
            older.lost.cancel();
        }
        lost
    }

    /// Takes a lease away, where it is still this one.
    pub(super) fn remove(&self, lease: &Lease) {
        let mut entries = self.lock();
        if entries.get(&lease.job).map(|entry| &entry.lease) == Some(lease) {
            entries.remove(&lease.job);
        }
    }

    /// Whether a task here has the job in hand.
    pub(super) fn has(&self, job: JobId) -> bool {
        self.lock().contains_key(&job)
    }

    pub(super) fn leases(&self) -> Vec<Lease> {
        let entries = self.lock();
        entries.values().map(|entry| entry.lease.clone()).collect()
    }

    /// The instances of all leases.
    pub(super) fn instances(&self) -> BTreeSet<String> {
        let entries = self.lock();
        let instances = entries.values().map(|entry| entry.instance.clone());
        instances.collect()
    }

    /// These were renewed by a call that began at `fresh`, but for those that are gone.
    pub(super) fn renewed(&self, leases: &[Lease], gone: &[Lease], fresh: Instant) {
        let mut entries = self.lock();
        for lease in leases {
            let Some(entry) = entries.get_mut(&lease.job) else {
                continue;
            };
            if entry.lease == *lease && gone.contains(lease) {
                entry.lost.cancel();
            } else if entry.lease == *lease {
                entry.fresh = fresh;
            }
        }
    }

    /// Lets go of what could not be renewed for so long that others may soon take it.
    pub(super) fn fence(&self, now: Instant, after: Duration) {
        for entry in self.lock().values() {
            if now.duration_since(entry.fresh) >= after {
                entry.lost.cancel();
            }
        }
    }

    /// Asks a job to stop.
    pub(super) fn stop(&self, job: JobId) {
        if let Some(entry) = self.lock().get(&job) {
            entry.cancel.soft.cancel();
        }
    }

    /// The same by its number in its build.
    pub(super) fn stop_number(&self, build: BuildId, number: u32) {
        for entry in self.lock().values() {
            if entry.lease.build == build && entry.number == number {
                entry.cancel.soft.cancel();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Entry>> {
        // No holder of this lock runs anything that could leave it half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::FENCE;
    use tokio::time::advance;

    fn lease(epoch: u64) -> Lease {
        Lease {
            job: JobId(1),
            build: BuildId(2),
            attempt: 1,
            epoch,
        }
    }

    fn add(board: &Board, epoch: u64) -> (Cancel, CancellationToken) {
        let cancel = Cancel::default();
        let lost = board.add(&lease(epoch), (3, "i"), &cancel, Instant::now());
        (cancel, lost)
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_cannot_be_renewed_is_let_go_before_others_may_take_it() {
        let board = Board::default();
        let (_, lost) = add(&board, 1);
        advance(Duration::from_secs(40)).await;
        let began = Instant::now();
        board.renewed(&board.leases(), &[], began);
        advance(Duration::from_secs(44)).await;
        board.fence(Instant::now(), FENCE);
        assert!(!lost.is_cancelled());
        advance(Duration::from_secs(1)).await;
        board.fence(Instant::now(), FENCE);
        assert!(lost.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_lease_that_is_gone_is_let_go() {
        let board = Board::default();
        let (_, old) = add(&board, 1);
        assert!(!old.is_cancelled());
        let (_, new) = add(&board, 2);
        assert!(
            old.is_cancelled(),
            "claimed anew while its first task still runs"
        );
        board.renewed(&[lease(1)], &[lease(1)], Instant::now());
        assert!(!new.is_cancelled());
        board.remove(&lease(1));
        assert!(board.has(JobId(1)), "the job has a newer lease");
        board.renewed(&[lease(2)], &[lease(2)], Instant::now());
        assert!(new.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_is_asked_to_stop_by_its_build_and_number() {
        let board = Board::default();
        let (cancel, _) = add(&board, 1);
        board.stop_number(BuildId(2), 4);
        board.stop_number(BuildId(1), 3);
        assert!(!cancel.soft.is_cancelled());
        board.stop_number(BuildId(2), 3);
        assert!(cancel.soft.is_cancelled());
    }
}
