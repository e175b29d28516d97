//! Removes what is old: builds, deliveries, logs; and what a crash has left of them.
//!
//! ```text
//!  builds beyond age and number ─► rows, in small batches ─► the folders of their logs
//!  deliveries that have ended   ─► rows, in small batches
//!  statuses without a build     ─► rows, as old as builds may be
//!  folders of logs              ─► held against the rows: too old, or nobody's ─► removed
//! ```
//!
//! Nothing that runs or waits is touched, nor the last build of a branch, tag or pull request that
//! is there.

mod disk;
mod logs;

pub use disk::Usage;

use crate::store::{OldBuilds, RepositoryId, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::time::Duration;

/// Builds that go in one transaction.
const BUILDS: u32 = 20;
/// Deliveries that go in one transaction; their bodies are long.
const DELIVERIES: u32 = 100;
/// Between two batches others have the database.
const BREATH: Duration = Duration::from_millis(20);

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Builds, from their end.
    pub builds: Duration,
    /// The newest builds of a repository; older ones go whatever their age.
    pub newest: u64,
    /// Deliveries, from their coming.
    pub deliveries: Duration,
    /// Logs, from the end of their build.
    pub logs: Duration,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Builds.
    pub builds: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Logs of jobs.
    pub logs: u64,
}

/// Removes what is old from a store and the data folder of this agent.
#[derive(Clone, Debug)]
pub struct Janitor {
    store: Store,
    data: PathBuf,
}

impl Janitor {
    /// For a store and a data folder.
    #[must_use]
    pub fn new(store: Store, data: PathBuf) -> Self {
        Self { store, data }
    }

    /// Removes all that is old by the rules, and says what it was. What could not be removed is
    /// tried again by the next turn.
    ///
    /// # Errors
    /// The database.
    pub async fn turn(&self, rules: Rules, now: Timestamp) -> Result<Removed, StoreError> {
        let mut removed = Removed::default();
        for repository in self.store.repositories().await? {
            self.builds(repository.id, rules, now, &mut removed).await?;
        }
        loop {
            let before = ago(now, rules.deliveries);
            let gone = self.store.remove_deliveries(before, DELIVERIES).await?;
            removed.deliveries += gone;
            if gone < u64::from(DELIVERIES) {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
        let before = ago(now, rules.builds);
        self.store.remove_statuses(before).await?;
        self.store.forget_variables().await?;
        removed.logs += self.logs(ago(now, rules.logs)).await?;
        Ok(removed)
    }

    /// How much of its disk the data folder takes.
    ///
    /// # Errors
    /// The folder can't be read.
    pub async fn usage(&self) -> std::io::Result<Usage> {
        let data = self.data.clone();
        let look = tokio::task::spawn_blocking(move || disk::usage(&data));
        look.await.map_err(std::io::Error::other)?
    }

    async fn builds(
        &self,
        repository: RepositoryId,
        rules: Rules,
        now: Timestamp,
        removed: &mut Removed,
    ) -> Result<(), StoreError> {
        let old = OldBuilds {
            before: ago(now, rules.builds),
            newest: rules.newest,
        };
        loop {
            let gone = self.store.remove_builds(repository, old, BUILDS).await?;
            removed.builds += gone.builds;
            removed.logs += self.remove_logs(gone.jobs).await;
            if gone.builds < u64::from(BUILDS) {
                return Ok(());
            }
            tokio::time::sleep(BREATH).await;
        }
    }
}

fn ago(now: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    now.checked_sub(time).unwrap_or(Timestamp::MIN)
}
