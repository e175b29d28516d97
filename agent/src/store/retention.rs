//! What is removed once it is old: builds with all that hangs on them, and deliveries.
//!
//! Rows go in small batches, so that nobody waits long for the database. A log's folder goes after
//! its row: what a crash leaves between the two is a folder that no row stands for, and found as such.

use super::sql::{Query, query};
use super::{Dialect, Failed, JobId, RepositoryId, Store, StoreError, retry};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Which builds of a repository may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OldBuilds {
    /// Those that ended before this.
    pub before: Timestamp,
    /// Those that are not among its newest this many.
    pub newest: u64,
}

/// Builds that were removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemovedBuilds {
    /// How many.
    pub builds: u64,
    /// Their jobs, whose logs may go, too.
    pub jobs: Vec<JobId>,
}

/// The last build of a branch, tag or pull request that is there is kept, however old.
const IS_LAST: &str = "NOT EXISTS (SELECT 1 FROM builds n WHERE n.repository = builds.repository \
        AND n.id > builds.id AND (n.branch = builds.branch OR n.pull_request = builds.pull_request)) \
    AND EXISTS (SELECT 1 FROM heads h WHERE h.repository = builds.repository AND h.name IN (\
        'refs/heads/' || builds.branch, 'refs/tags/' || builds.branch, \
        'refs/pull/' || builds.pull_request || '/head'))";

/// Jobs that may fail can run on after the result is known; a status may be still to be sent.
const IS_BUSY: &str = "EXISTS (SELECT 1 FROM jobs j WHERE j.build = builds.id \
        AND (j.state IN ('created', 'queued', 'started') OR j.agent IS NOT NULL)) \
    OR EXISTS (SELECT 1 FROM statuses s WHERE s.build = builds.id \
        AND s.repository = builds.repository AND s.due IS NOT NULL)";

/// Deliveries that came before a time and have ended, the oldest first.
pub const OLD_DELIVERIES: &str = "SELECT id FROM deliveries \
    WHERE outcome IS NOT NULL AND received < $1 ORDER BY received, id LIMIT $2";

impl Store {
    /// Removes the oldest builds that may go, at most so many at once.
    ///
    /// # Errors
    /// The database; all of them are there then.
    pub async fn remove_builds(
        &self,
        repository: RepositoryId,
        old: OldBuilds,
        at_once: u32,
    ) -> Result<RemovedBuilds, StoreError> {
        retry(|| self.try_remove_builds(repository, old, at_once)).await
    }

    async fn try_remove_builds(
        &self,
        repository: RepositoryId,
        old: OldBuilds,
        at_once: u32,
    ) -> Result<RemovedBuilds, Failed> {
        let mut transaction = self.begin().await?;
        let rows = old_builds(repository, old, at_once, self.dialect())
            .all(&mut transaction)
            .await?;
        let mut removed = RemovedBuilds::default();
        for row in rows {
            let id: u64 = row.number("id")?;
            let jobs = query("SELECT id FROM jobs").push_bind(" WHERE build = ", id);
            for job in jobs.all(&mut transaction).await? {
                removed.jobs.push(JobId(job.number("id")?));
            }
            for table in [
                "attempts WHERE job IN (SELECT id FROM jobs WHERE build = ",
                "jobs WHERE (build = ",
                "builds WHERE (id = ",
            ] {
                query(format!("DELETE FROM {table}$1)"))
                    .bind(id)
                    .run(&mut transaction)
                    .await?;
            }
            // By its key: no index leads from a build to its status.
            query("DELETE FROM statuses")
                .push_bind(" WHERE repository = ", repository)
                .push_bind(" AND sha = ", row.text("status_sha")?)
                .push_bind(" AND build = ", id)
                .run(&mut transaction)
                .await?;
            removed.builds += 1;
        }
        transaction.commit().await?;
        Ok(removed)
    }

    /// Removes the oldest deliveries that came before a time and have ended, at most so many at once;
    /// how many there were.
    ///
    /// # Errors
    /// The database; all of them are there then.
    pub async fn remove_deliveries(
        &self,
        before: Timestamp,
        at_once: u32,
    ) -> Result<u64, StoreError> {
        let old = query(format!(
            "DELETE FROM deliveries WHERE id IN ({OLD_DELIVERIES})"
        ));
        self.write(old.bind(before).bind(at_once)).await
    }

    /// Which of these jobs have logs that are to be kept: their builds go on, or ended after a time.
    ///
    /// # Errors
    /// The database.
    pub async fn jobs_with_logs(
        &self,
        jobs: &[JobId],
        since: Timestamp,
    ) -> Result<BTreeSet<JobId>, StoreError> {
        let names: Vec<String> = jobs.iter().map(|job| job.0.to_string()).collect();
        if names.is_empty() {
            return Ok(BTreeSet::new());
        }
        // A job may run on after its build, or have been restarted since.
        let kept = query("SELECT j.id FROM jobs j JOIN builds b ON b.id = j.build")
            .push(" WHERE (b.finished IS NULL OR j.finished IS NULL AND j.started IS NOT NULL")
            .push_bind(" OR b.finished >= ", since)
            .push_bind(" OR j.finished >= ", since)
            .push(&format!(") AND j.id IN ({})", names.join(", ")));
        let rows = self.all(kept).await?;
        rows.iter()
            .map(|row| Ok(JobId(row.number("id")?)))
            .collect()
    }
}

/// Finds what may go, locked, so that no restart comes between.
fn old_builds(id: RepositoryId, old: OldBuilds, at_once: u32, dialect: Dialect) -> Query {
    query("SELECT id, status_sha FROM builds")
        .push_bind(" WHERE repository = ", id)
        .push_bind(" AND finished IS NOT NULL AND (finished < ", old.before)
        .push_bind(" OR number < (SELECT r.next_build FROM repositories r WHERE r.id = builds.repository) - ", old.newest)
        .push(&format!(") AND NOT ({IS_BUSY}) AND NOT ({IS_LAST})"))
        .push_bind(" ORDER BY id LIMIT ", at_once)
        .push(dialect.for_update())
}
