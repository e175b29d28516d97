//! Builds of which something does not read as this version writes it: they end, so that nobody waits
//! for them and no other build does.

use super::sql::query;
use super::{BuildId, Failed, Store, StoreError, retry};
use crate::report::status::StatusState;
use crate::scheduler::State;
use jiff::Timestamp;

/// What their commits are told; the operator finds more in the log.
const TOLD: &str = "The agent cannot read this build in its database";

impl Store {
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
        retry(|| self.try_end_unreadable(build, reason, made_before, now)).await
    }

    async fn try_end_unreadable(
        &self,
        build: BuildId,
        reason: &str,
        made_before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, Failed> {
        let errored = State::Errored.as_str();
        let mut transaction = self.begin().await?;
        let ended = query("UPDATE builds")
            .push_bind(" SET state = ", errored)
            .push_bind(", refused = ", reason)
            .push_bind(", finished = ", now)
            .push_bind(" WHERE id = ", build)
            .push_bind(" AND state = ", State::Created.as_str())
            .push_bind(" AND created < ", made_before);
        if ended.run(&mut transaction).await? == 0 {
            return Ok(false);
        }
        query("UPDATE jobs")
            .push_bind(" SET state = ", errored)
            .push_bind(", reason = ", reason)
            .push_bind(", finished = ", now)
            .push_bind(" WHERE build = ", build)
            .push(" AND finished IS NULL")
            .run(&mut transaction)
            .await?;
        query("UPDATE statuses SET version = version + 1, tries = 0, last_error = NULL")
            .push_bind(", state = ", StatusState::Error.as_str())
            .push_bind(", description = ", TOLD)
            .push_bind(", changed = ", now)
            .push_bind(", due = ", now)
            .push_bind(" WHERE build = ", build)
            .push_bind(" AND state = ", StatusState::Pending.as_str())
            .run(&mut transaction)
            .await?;
        transaction.has_status();
        transaction.commit().await?;
        Ok(true)
    }
}
