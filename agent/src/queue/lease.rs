//! Holding a lease.

use super::{Lease, Pace, Queue};
use crate::store::sql::{Row, query};
use crate::store::{BuildId, Failed, JOB_COLUMNS, JobId, JobRow, StoreError, Transaction, retry};

/// A reading of the clock that leases go by.
#[derive(Clone, Debug)]
pub(super) struct LeaseTime {
    /// The clock's name; readings of others can't be compared with it.
    pub(super) clock: String,
    /// In milliseconds.
    pub(super) now: i64,
    pace: Pace,
}

impl LeaseTime {
    pub(super) async fn read(queue: &Queue, transaction: &mut Transaction) -> Result<Self, Failed> {
        let pace = queue.pace;
        if let Some(clock) = queue.store.lease_clock() {
            return Ok(Self {
                clock: clock.name().to_owned(),
                now: clock.now(),
                pace,
            });
        }
        let row = query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now")
            .one(transaction)
            .await?;
        Ok(Self {
            clock: "database".to_owned(),
            now: row.int("now")?,
            pace,
        })
    }

    /// The end of a lease that begins now.
    pub(super) fn until(&self) -> i64 {
        self.now.saturating_add(self.length())
    }

    /// How long a lease lasts, in milliseconds.
    pub(super) fn length(&self) -> i64 {
        self.pace.lease_millis()
    }
}

impl Lease {
    /// Reads the columns of [`JOB_COLUMNS`].
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            job: JobId(row.number("id")?),
            build: BuildId(row.number("build")?),
            attempt: row.number("attempt")?,
            epoch: row.number("epoch")?,
        })
    }
}

impl Queue {
    /// Renews these leases of this agent, and returns those that are no longer its own. A lease that
    /// is not among them, because the answer to its claim was lost, ends by itself.
    ///
    /// # Errors
    /// The database; the caller counts towards [`Pace::fence`].
    pub async fn renew(&self, held: &[Lease]) -> Result<Vec<Lease>, StoreError> {
        if held.is_empty() {
            return Ok(Vec::new());
        }
        // Always in the order of a step, so that two transactions can't wait for each other.
        let mut held = held.to_vec();
        held.sort_by_key(|lease| lease.job);
        retry(|| self.try_renew(&held)).await
    }

    async fn try_renew(&self, held: &[Lease]) -> Result<Vec<Lease>, Failed> {
        let mut transaction = self.store.begin().await?;
        let time = LeaseTime::read(self, &mut transaction).await?;
        let mut gone = Vec::new();
        for lease in held {
            let renewed = query("UPDATE jobs")
                .push_bind(" SET lease_clock = ", time.clock.as_str())
                .push_bind(", lease_until = ", time.until())
                .push_bind(" WHERE id = ", lease.job)
                .push_bind(" AND epoch = ", lease.epoch)
                .push_bind(" AND agent = ", self.agent.as_str())
                .run(&mut transaction)
                .await?;
            if renewed == 0 {
                gone.push(lease.clone());
            }
        }
        transaction.commit().await?;
        Ok(gone)
    }

    /// Notes that the job's deploy phase begins; false where the lease is lost and it must not.
    ///
    /// # Errors
    /// The database; the job must then not deploy.
    pub async fn deploying(&self, lease: &Lease) -> Result<bool, StoreError> {
        retry(|| async {
            let mut transaction = self.store.begin().await?;
            let noted = query("UPDATE jobs SET deploying = 1 WHERE state = 'started'")
                .push_bind(" AND id = ", lease.job)
                .push_bind(" AND epoch = ", lease.epoch)
                .push_bind(" AND agent = ", self.agent.as_str())
                .run(&mut transaction)
                .await?;
            transaction.commit().await?;
            Ok(noted == 1)
        })
        .await
    }

    /// Leases that this agent holds: what it finds after a restart. Those that it takes up it renews,
    /// others it gives back. Those of jobs that this version cannot read are left out, and end by
    /// themselves.
    ///
    /// # Errors
    /// The database.
    pub async fn held(&self) -> Result<Vec<(Lease, JobRow)>, StoreError> {
        let held = query(JOB_COLUMNS)
            .push_bind(" WHERE agent = ", self.agent.as_str())
            .push(" ORDER BY id");
        let rows = retry(|| async {
            let mut reader = self.store.reader().await?;
            Ok(held.clone().all(&mut reader).await?)
        })
        .await?;
        let read = |row| Ok((Lease::read(row)?, JobRow::read(row)?));
        Ok(rows.iter().filter_map(|row| readable(read(row))).collect())
    }
}

/// What could be read of a job; what could not is told, and keeps no other from being looked at.
pub(super) fn readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "a job cannot be read"))
        .ok()
}
