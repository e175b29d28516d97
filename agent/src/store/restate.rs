//! Pending words about commits of which nothing was built, under another prefix of contexts.

use super::sql::query;
use super::{BuildId, Failed, RepositoryId, Store, StoreError, outbox, retry};
use crate::report::status::{CommitStatus, StatusState};
use jiff::Timestamp;

impl Store {
    /// Says each pending word about a commit of which nothing was built under the same context with
    /// this prefix, too, where nothing was said there yet: who waits for the context of now sees why.
    /// What was said under another prefix stays, since a branch may still require that one. How many
    /// words there are.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn restate(&self, prefix: &str, now: Timestamp) -> Result<usize, StoreError> {
        retry(|| self.try_restate(prefix, now)).await
    }

    async fn try_restate(&self, prefix: &str, now: Timestamp) -> Result<usize, Failed> {
        let mut transaction = self.begin().await?;
        let pending = query("SELECT repository, sha, context, description, target FROM statuses")
            .push_bind(" WHERE build = ", BuildId(0))
            .push_bind(" AND state = ", StatusState::Pending.as_str())
            .push(" ORDER BY repository, sha, context")
            .all(&mut transaction)
            .await?;
        let mut restated = 0;
        for row in pending {
            let (context, sha) = (row.text("context")?, row.text("sha")?);
            let repository = RepositoryId(row.number("repository")?);
            let Some((_, kind)) = context.rsplit_once('/').filter(|(old, _)| *old != prefix) else {
                continue;
            };
            let context = format!("{prefix}/{kind}");
            let there = query("SELECT version FROM statuses")
                .push_bind(" WHERE repository = ", repository)
                .push_bind(" AND sha = ", sha.as_str())
                .push_bind(" AND context = ", context.as_str());
            if there.first(&mut transaction).await?.is_some() {
                continue;
            }
            let about = outbox::About {
                repository,
                sha: &sha,
                build: BuildId(0),
                round: 0,
                target: row.text("target")?,
            };
            let status = CommitStatus {
                context,
                state: StatusState::Pending,
                description: row.text("description")?,
            };
            outbox::put(&mut transaction, self.dialect(), &about, &status, now).await?;
            restated += 1;
        }
        transaction.commit().await?;
        Ok(restated)
    }
}
