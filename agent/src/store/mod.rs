//! What outlives the process: repositories, deliveries, builds, jobs, commit statuses.
//!
//! One set of plain queries for SQLite (one agent) and PostgreSQL (one or many). This room and
//! [`queue`](crate::queue) are the only ones that hold SQL. Times are the caller's, so that tests
//! and the simulation set the clock; only leases go by the database's own (reliability P5).
//!
//! A write that was answered with `Ok` is on the disk (reliability P1).

mod answer;
mod approvals;
mod builds;
mod clock;
mod create;
mod deliveries;
mod error;
mod group;
mod groups;
mod heads;
mod ids;
mod jobs;
mod location;
mod migrate;
mod open;
mod outbox;
mod repositories;
mod restate;
mod retention;
mod rush;
mod save;
pub(crate) mod sql;
mod statuses;
mod transition;
mod tries;
mod unreadable;
mod variables;
mod waiting;

use answer::Limit;
pub use builds::{BuildFilter, BuildRow, Cursor, NewBuild};
pub use clock::LeaseClock;
pub use deliveries::{Came, Delivery, DeliveryOutcome, NewDelivery, Stored};
pub use error::StoreError;
pub use groups::GivesWay;
pub use heads::Head;
pub use ids::{BuildId, DeliveryId, JobId, RepositoryId};
pub use jobs::{Attempt, JobRow, JobSummary};
pub(crate) use jobs::{JOB_COLUMNS, NO_LEASE};
pub use location::Location;
pub use repositories::{Repository, RepositorySettings};
pub use retention::{OLD_DELIVERIES, OldBuilds, RemovedBuilds};
pub use statuses::{PendingStatus, StatusKey, Unsent};
pub use transition::Transition;
pub(crate) use tries::{Failed, Tries, retry};
pub use unreadable::Outline;
pub use variables::{Variable, VariableId};
pub use waiting::Waiting;

use sqlx::{Any, AnyConnection, AnyPool};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::Notify;

/// The open database. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
    intake: group::Intake,
}

/// What all clones, and the writer of deliveries, share.
#[derive(Debug)]
struct Inner {
    /// One connection on SQLite, which has one writer at a time.
    write: AnyPool,
    /// The same as `write` on PostgreSQL.
    read: AnyPool,
    dialect: Dialect,
    /// None where leases go by PostgreSQL's clock.
    clock: Option<LeaseClock>,
    /// Rung when a status has come into the outbox.
    said: Arc<Notify>,
}

/// Which of the two databases it is, for the few words in which they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// What makes a `SELECT` lock its rows; SQLite's one writer has locked all.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }
}

impl Inner {
    async fn begin(&self) -> Result<Transaction, Failed> {
        let begin = match self.dialect {
            // A transaction that began as a reader could not become a writer when another wrote.
            Dialect::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await,
            Dialect::Postgres => Limit::new(self.dialect).keep(self.write.begin()).await,
        };
        Ok(Transaction {
            inner: begin?,
            bell: Arc::clone(&self.said),
            rings: false,
        })
    }
}

impl Store {
    /// Begins to write.
    pub(crate) async fn begin(&self) -> Result<Transaction, Failed> {
        self.inner.begin().await
    }

    /// Connections that are in use now, or on their way back.
    #[must_use]
    pub fn in_use(&self) -> usize {
        let busy = |pool: &AnyPool| {
            let size = usize::try_from(pool.size()).unwrap_or(usize::MAX);
            size.saturating_sub(pool.num_idle())
        };
        let Inner { write, read, .. } = &*self.inner;
        match self.inner.dialect {
            Dialect::Sqlite => busy(write) + busy(read),
            Dialect::Postgres => busy(write),
        }
    }

    /// A connection that reads.
    pub(crate) async fn reader(&self) -> Result<sqlx::pool::PoolConnection<Any>, Failed> {
        Ok(self.inner.read.acquire().await?)
    }

    /// Rung by this process when a commit status has come into the outbox; what other agents of the
    /// same database put there rings nothing.
    #[must_use]
    pub fn status_bell(&self) -> Arc<Notify> {
        Arc::clone(&self.inner.said)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    pub(crate) fn lease_clock(&self) -> Option<&LeaseClock> {
        self.inner.clock.as_ref()
    }

    /// All rows of a query.
    async fn all(&self, query: sql::Query) -> Result<Vec<sql::Row>, StoreError> {
        retry(|| async { Ok(query.clone().all(&mut *self.reader().await?).await?) }).await
    }

    /// The first row of a query.
    async fn first(&self, query: sql::Query) -> Result<Option<sql::Row>, StoreError> {
        retry(|| async { Ok(query.clone().first(&mut *self.reader().await?).await?) }).await
    }

    /// One statement that writes, in a transaction of its own; how many rows it changed.
    async fn write(&self, query: sql::Query) -> Result<u64, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let changed = query.clone().run(&mut transaction).await?;
            transaction.commit().await?;
            Ok(changed)
        })
        .await
    }
}

/// A transaction that writes; undone when dropped before [`commit`](Self::commit).
pub(crate) struct Transaction {
    inner: sqlx::Transaction<'static, Any>,
    /// Rung once it is committed, if a status came into the outbox.
    bell: Arc<Notify>,
    rings: bool,
}

impl Transaction {
    /// Notes that a status came into the outbox.
    fn has_status(&mut self) {
        self.rings = true;
    }

    pub(crate) async fn commit(self) -> Result<(), Failed> {
        let limit = Limit::of(&self.inner);
        let commit = limit.keep(self.inner.commit()).await;
        // Rung too where nobody knows what became of it: who looks for nothing loses nothing.
        if self.rings {
            self.bell.notify_one();
        }
        commit.map_err(Failed::commit)
    }
}

impl Deref for Transaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
