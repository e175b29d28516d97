//! Leases that end before their jobs do.

use super::lease::{LeaseTime, readable};
use super::{Expired, Lease, Queue, RETURNS};
use crate::scheduler::{Event, step};
use crate::store::sql::{Query, query};
use crate::store::{Failed, JOB_COLUMNS, NO_LEASE, StoreError, Transition, retry};
use jiff::Timestamp;

/// Whether something of a job may have run under the lease that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ran {
    Maybe,
    /// Its script never reached a container.
    Nothing,
}

impl Queue {
    /// Deals with leases that nobody renewed, by the clock of the leases: the database's, or on
    /// SQLite one of this process, which gives leases from before its start their whole time again.
    ///
    /// # Errors
    /// The database.
    pub async fn expire(&self, now: Timestamp) -> Result<Vec<Expired>, StoreError> {
        let (time, ended) = retry(|| async {
            let mut transaction = self.store.begin().await?;
            let time = LeaseTime::read(self, &mut transaction).await?;
            let ended = of_time(query(JOB_COLUMNS), &time)
                .push(" ORDER BY id")
                .all(&mut transaction)
                .await?;
            Ok((time, ended))
        })
        .await?;
        let mut expired = Vec::new();
        for row in ended {
            let Some(lease) = readable(Lease::read(&row)) else {
                continue;
            };
            // Somebody else may have dealt with it, or its holder renewed it after all.
            let condition = of_time(query(JOB_COLUMNS), &time);
            match self.end(&lease, &condition, Ran::Maybe, now).await {
                Ok(Some(Expired::Requeued(lease))) => expired.push(Expired::Requeued(lease)),
                Ok(_) => {}
                Err(error) if error.is_of_one_row() => {
                    expired.push(Expired::Unreadable(lease, error));
                }
                Err(error) => return Err(error),
            }
        }
        expired.extend(self.lost().await?);
        Ok(expired)
    }

    /// Gives a job back that this agent cannot bring to its end, as if its lease had expired. `None`
    /// where the lease is no longer its own.
    ///
    /// # Errors
    /// The database.
    pub async fn give_back(
        &self,
        lease: &Lease,
        now: Timestamp,
    ) -> Result<Option<Expired>, StoreError> {
        self.end(lease, &self.own(lease), Ran::Maybe, now).await
    }

    /// Gives a job back of which nothing has run, as is known for certain: it waits again even where
    /// it deploys, and that is not the one time that a job may be lost. After [`RETURNS`] times it is
    /// over all the same: it may be what ends its agents.
    ///
    /// # Errors
    /// The database.
    pub async fn give_back_unrun(
        &self,
        lease: &Lease,
        now: Timestamp,
    ) -> Result<Option<Expired>, StoreError> {
        self.end(lease, &self.own(lease), Ran::Nothing, now).await
    }

    /// The job, where this lease of this agent still holds it.
    fn own(&self, lease: &Lease) -> Query {
        query(JOB_COLUMNS)
            .push_bind(" WHERE agent = ", self.agent.as_str())
            .push_bind(" AND epoch = ", lease.epoch)
    }

    /// Ends a lease that still meets a condition.
    async fn end(
        &self,
        lease: &Lease,
        condition: &Query,
        ran: Ran,
        now: Timestamp,
    ) -> Result<Option<Expired>, StoreError> {
        retry(|| self.try_end(lease, condition.clone(), ran, now)).await
    }

    async fn try_end(
        &self,
        lease: &Lease,
        condition: Query,
        ran: Ran,
        now: Timestamp,
    ) -> Result<Option<Expired>, Failed> {
        let lock = self.store.dialect().for_update();
        let mut transaction = self.store.begin().await?;
        // The build first, as every step does.
        query("SELECT id FROM builds")
            .push_bind(" WHERE id = ", lease.build)
            .push(lock)
            .first(&mut transaction)
            .await?;
        let row = condition
            .push_bind(" AND id = ", lease.job)
            .push(lock)
            .first(&mut transaction)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let lease = Lease::read(&row)?;
        let room = match ran {
            Ran::Maybe => row.int("requeues")? == 0 && !row.truth("deploying")?,
            Ran::Nothing => row.int("returns")? < RETURNS,
        };
        let again = room && !row.truth("stopping")?;
        let number: u32 = row.number("number")?;
        let started = row.text("state")? == "started";
        if again && started {
            let mut requeue = |_: &_, build: &mut _| {
                step(build, Event::Requeue(number));
                (Transition::default(), ())
            };
            self.store
                .step(&mut transaction, lease.build, now, &mut requeue)
                .await?;
        }
        let count = match ran {
            Ran::Maybe => "UPDATE jobs SET requeues = requeues + 1",
            Ran::Nothing => "UPDATE jobs SET returns = returns + 1",
        };
        // A step from started to queued has ended the lease already.
        let lease_ends = if again && started { "" } else { NO_LEASE };
        query(count)
            .push(if again { "" } else { ", lost = 1" })
            .push(lease_ends)
            .push_bind(" WHERE id = ", lease.job)
            .run(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(if again {
            Expired::Requeued(lease)
        } else {
            Expired::Lost(lease)
        }))
    }

    /// Jobs that the scheduler has yet to end; told until it has, since who heard of one may have
    /// died before it could say so.
    async fn lost(&self) -> Result<Vec<Expired>, StoreError> {
        let lost = query(JOB_COLUMNS).push(" WHERE lost = 1 ORDER BY id");
        let rows = retry(|| async {
            let mut reader = self.store.reader().await?;
            Ok(lost.clone().all(&mut reader).await?)
        })
        .await?;
        let leases = rows.iter().filter_map(|row| readable(Lease::read(row)));
        Ok(leases.map(Expired::Lost).collect())
    }
}

/// Leases that have ended at this time.
fn of_time(select: Query, time: &LeaseTime) -> Query {
    select
        .push_bind(
            " WHERE agent IS NOT NULL AND ((lease_clock = ",
            time.clock.as_str(),
        )
        .push_bind(" AND lease_until <= ", time.now)
        .push_bind(") OR (lease_clock <> ", time.clock.as_str())
        .push_bind(" AND ", time.now)
        .push_bind(" >= ", time.length())
        .push("))")
}
