//! Which job is next.

use super::lease::LeaseTime;
use super::{Lease, Limits, Queue};
use crate::store::sql::query;
use crate::store::{Dialect, Failed, JOB_COLUMNS, JobRow, StoreError, retry};

/// Finds the next job; `$1` is the limit of repositories that have none of their own. Public so that
/// a test can ask the databases for their plan: each repository costs two looks into an index,
/// however many jobs wait.
#[doc(hidden)]
pub const NEXT: &str = "SELECT j.id FROM repositories r JOIN jobs j ON j.id = (\
        SELECT q.id FROM jobs q WHERE q.repository = r.id \
        AND q.state = 'queued' AND q.agent IS NULL AND q.lost = 0 AND q.gate = 0 \
        ORDER BY q.build, q.number LIMIT 1) \
    WHERE (SELECT count(*) FROM jobs l WHERE l.repository = r.id AND l.agent IS NOT NULL) \
        < coalesce(r.max_jobs, $1) \
    ORDER BY (SELECT count(*) FROM jobs l WHERE l.repository = r.id AND l.agent IS NOT NULL), j.build \
    LIMIT 1";

/// Between finding a job and taking it, its build may be canceled.
const LOOKS: u32 = 16;

/// How many jobs wait for a group of `concurrency:`.
const GATED: &str = "(SELECT count(*) FROM jobs \
    WHERE state = 'queued' AND agent IS NULL AND lost = 0 AND gate = 1) AS gated";

impl Queue {
    /// Takes the job that is next: the repository with the fewest running jobs first, then the
    /// oldest build, then the lowest number; never beyond a limit. `None` where nothing may run.
    /// The job's state stays queued until the scheduler hears that it starts. Groups that are free are
    /// given to whose turn it is before that, and kept until a job or build of them has ended; where no
    /// queued job waits for one, that costs nothing.
    ///
    /// # Errors
    /// The database. A job that this version cannot read is an error of one row: it is out of the way
    /// by then, since its lease is taken, which nobody renews. Another agent may read it after that;
    /// where none can, it is lost.
    pub async fn claim(&self, limits: Limits) -> Result<Option<(Lease, JobRow)>, StoreError> {
        retry(|| self.try_claim(limits)).await
    }

    /// How many jobs wait: for an agent, and for a group of `concurrency:`.
    ///
    /// # Errors
    /// The database.
    pub async fn waiting(&self) -> Result<(u64, u64), StoreError> {
        let open = "SELECT (SELECT count(*) FROM jobs \
            WHERE state = 'queued' AND agent IS NULL AND lost = 0 AND gate = 0) AS count, ";
        retry(|| async {
            let waiting = query(open).push(GATED);
            let row = waiting.one(&mut *self.store.reader().await?).await?;
            Ok((row.number("count")?, row.number("gated")?))
        })
        .await
    }

    async fn try_claim(&self, limits: Limits) -> Result<Option<(Lease, JobRow)>, Failed> {
        let mut transaction = self.store.begin().await?;
        // One at a time, or two agents could pass a repository's limit together.
        if self.store.dialect() == Dialect::Postgres {
            query("SELECT pg_advisory_xact_lock(6002) IS NULL")
                .one(&mut transaction)
                .await?;
        }
        let mine = query("SELECT count(*) AS count, ")
            .push(GATED)
            .push_bind(" FROM jobs WHERE agent = ", self.agent.as_str())
            .one(&mut transaction)
            .await?;
        if mine.int("count")? >= i64::from(limits.agent) {
            return Ok(None);
        }
        let gated = mine.int("gated")? > 0;
        let opened = gated && self.store.open_gates(&mut transaction).await?;
        let time = LeaseTime::read(self, &mut transaction).await?;
        for _ in 0..LOOKS {
            let next = query(NEXT)
                .bind(limits.repository.map_or(i64::MAX, i64::from))
                .first(&mut transaction)
                .await?;
            let Some(next) = next else {
                if opened {
                    // Another agent may have room, or another repository.
                    transaction.commit().await?;
                }
                return Ok(None);
            };
            let taken = query("UPDATE jobs SET epoch = epoch + 1, deploying = 0")
                .push_bind(", agent = ", self.agent.as_str())
                .push_bind(", lease_clock = ", time.clock.as_str())
                .push_bind(", lease_until = ", time.until())
                .push_bind(" WHERE id = ", next.int("id")?)
                .push(" AND state = 'queued' AND agent IS NULL AND lost = 0 AND gate = 0")
                .run(&mut transaction)
                .await?;
            if taken == 1 {
                let row = query(JOB_COLUMNS)
                    .push_bind(" WHERE id = ", next.int("id")?)
                    .one(&mut transaction)
                    .await?;
                let read = Lease::read(&row).and_then(|lease| Ok((lease, JobRow::read(&row)?)));
                transaction.commit().await?;
                return Ok(Some(read?));
            }
        }
        Ok(None)
    }
}
