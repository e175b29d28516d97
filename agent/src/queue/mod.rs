//! Which job runs next, where, and for how long its holder may believe so.
//!
//! A job is claimed for a lease with an epoch. Every later write of its holder names the epoch, so
//! that what a lost or frozen agent says too late is refused (reliability P3–P5).

mod claim;
mod expire;
mod lease;
mod pace;

pub use claim::NEXT;
pub use pace::{FENCE, HEARTBEAT, LEASE, Pace};

use crate::store::{BuildId, JobId, Store, StoreError};

/// How often a job of which nothing has run may be given back in one attempt.
pub const RETURNS: i64 = 20;

/// How many jobs may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// On this agent at once.
    pub agent: u32,
    /// Of one repository at once, where its own settings say nothing; none means no limit.
    pub repository: Option<u32>,
}

/// The right to run one attempt of a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Its build.
    pub build: BuildId,
    /// The attempt.
    pub attempt: u32,
    /// Grows with every claim of the job.
    pub epoch: u64,
}

/// What became of a job whose lease ended before the job did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expired {
    /// The job waits again, in the same attempt; nothing of it had reached the outside.
    Requeued(Lease),
    /// It had begun to deploy, was requeued once before, or was being stopped: it must end by the
    /// scheduler's [`JobLost`](crate::scheduler::Event::JobLost), and is told again until it has.
    Lost(Lease),
    /// The lease has ended, and the job's build cannot be read here: nothing has changed.
    Unreadable(Lease, StoreError),
}

/// The queue as one agent sees it.
#[derive(Clone, Debug)]
pub struct Queue {
    store: Store,
    agent: String,
    pace: Pace,
}

impl Queue {
    /// The queue for the agent of this name; the name stays the same over restarts.
    #[must_use]
    pub fn new(store: Store, agent: String) -> Self {
        Self::with_pace(store, agent, Pace::default())
    }

    /// The same with other times, for tests; all agents of a database must have the same.
    #[must_use]
    pub fn with_pace(store: Store, agent: String, pace: Pace) -> Self {
        Self { store, agent, pace }
    }

    /// The times of leases.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }
}
