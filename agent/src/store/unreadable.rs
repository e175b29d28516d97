//! Builds of which something does not read as this version writes it: they end, so that nobody waits
//! for them and no other build does.

use super::sql::{Query, query};
use super::{BuildId, Failed, NO_LEASE, RepositoryId, Store, StoreError, retry};
use crate::report::status::StatusState;
use crate::scheduler::State;
use jiff::Timestamp;

/// What their commits are told; the operator finds more in the log.
const TOLD: &str = "The agent cannot read this build in its database";

/// What is known of a build however little of it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// How it is.
    pub state: Option<State>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When its result was known.
    pub finished: Option<Timestamp>,
    /// Why nothing could run, or how else it ended early.
    pub refused: Option<String>,
}

impl Store {
    /// What is known of a build, by its number in its repository, that cannot be read as a whole.
    ///
    /// # Errors
    /// The database.
    pub async fn build_outline(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<Outline>, StoreError> {
        let build = query("SELECT id, state, created, finished, refused FROM builds")
            .push_bind(" WHERE repository = ", repository)
            .push_bind(" AND number = ", number);
        Ok(self.first(build).await?.map(|row| Outline {
            state: row.word("state", State::parse).ok(),
            created: row.time("created").ok(),
            finished: row.optional_time("finished").ok().flatten(),
            refused: row.optional_text("refused").ok().flatten(),
        }))
    }

    /// The builds that have not begun, oldest first, `after` exclusive. Their rows are not read.
    ///
    /// # Errors
    /// The database.
    pub async fn new_builds(&self, after: BuildId, limit: u32) -> Result<Vec<BuildId>, StoreError> {
        let new = query("SELECT id FROM builds")
            .push_bind(
                " WHERE finished IS NULL AND state = ",
                State::Created.as_str(),
            )
            .push_bind(" AND id > ", after)
            .push_bind(" ORDER BY id LIMIT ", limit);
        let rows = self.all(new).await?;
        let id = |row: &super::sql::Row| row.number("id").map(BuildId);
        rows.iter().map(id).collect()
    }

    /// Ends a build that has not begun and was made before a time as errored, for a reason, and tells
    /// its commit so. Only what every version writes alike is touched. Whether it ended.
    ///
    /// # Errors
    /// The database.
    pub async fn end_unreadable(
        &self,
        build: BuildId,
        reason: &str,
        made_before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let end = End {
            build,
            reason,
            now,
            made_before: Some(made_before),
        };
        retry(|| self.try_end_unreadable(&end)).await
    }

    /// The same for one that has begun, or whose result is known while jobs of it still run. Whoever
    /// holds a job of it holds it no longer.
    ///
    /// # Errors
    /// The database.
    pub async fn end_begun_unreadable(
        &self,
        build: BuildId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let end = End {
            build,
            reason,
            now,
            made_before: None,
        };
        retry(|| self.try_end_unreadable(&end)).await
    }

    async fn try_end_unreadable(&self, end: &End<'_>) -> Result<bool, Failed> {
        let mut transaction = self.begin().await?;
        let decided = end.build().run(&mut transaction).await?;
        if decided == 0 && end.made_before.is_some() {
            return Ok(false);
        }
        let jobs = end.jobs().run(&mut transaction).await?;
        query("UPDATE builds SET in_group = 0")
            .push_bind(" WHERE id = ", end.build)
            .run(&mut transaction)
            .await?;
        if decided == 1 {
            end.status().run(&mut transaction).await?;
            transaction.has_status();
        }
        transaction.commit().await?;
        Ok(decided + jobs > 0)
    }
}

/// How a build ends that cannot be read.
struct End<'a> {
    build: BuildId,
    reason: &'a str,
    now: Timestamp,
    /// Where it must not have begun: it was made before then.
    made_before: Option<Timestamp>,
}

impl End<'_> {
    fn build(&self) -> Query {
        let end = query("UPDATE builds")
            .push_bind(" SET state = ", State::Errored.as_str())
            .push_bind(", refused = ", self.reason)
            .push_bind(", finished = ", self.now)
            .push_bind(" WHERE id = ", self.build);
        match self.made_before {
            Some(before) => end
                .push_bind(" AND state = ", State::Created.as_str())
                .push_bind(" AND created < ", before),
            None => end.push(" AND finished IS NULL"),
        }
    }

    fn jobs(&self) -> Query {
        query("UPDATE jobs")
            .push_bind(" SET state = ", State::Errored.as_str())
            .push_bind(", reason = ", self.reason)
            .push_bind(", finished = ", self.now)
            .push(", lost = 0")
            .push(NO_LEASE)
            .push_bind(" WHERE build = ", self.build)
            .push(" AND finished IS NULL")
    }

    fn status(&self) -> Query {
        query("UPDATE statuses SET version = version + 1, tries = 0, last_error = NULL")
            .push_bind(", state = ", StatusState::Error.as_str())
            .push_bind(", description = ", TOLD)
            .push_bind(", changed = ", self.now)
            .push_bind(", due = ", self.now)
            .push_bind(" WHERE build = ", self.build)
            .push_bind(" AND state = ", StatusState::Pending.as_str())
    }
}
