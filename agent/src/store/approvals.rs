//! Head commits of pull requests from forks that somebody has approved (security T4).

use super::sql::query;
use super::{RepositoryId, Store, StoreError};
use crate::policy::Approval;
use jiff::Timestamp;

impl Store {
    /// Notes who approved a head commit. The first who did stays.
    ///
    /// # Errors
    /// The database.
    pub async fn put_approval(
        &self,
        repository: RepositoryId,
        approval: &Approval,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let put = query(
            "INSERT INTO approvals (repository, pull_request, head_sha, approved_by, approved) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (repository, pull_request, head_sha) DO NOTHING",
        )
        .bind(repository)
        .bind(approval.pull_request)
        .bind(approval.head_sha.as_str())
        .bind(by)
        .bind(now);
        self.write(put).await.map(|_| ())
    }

    /// All approvals of a repository's pull requests.
    ///
    /// # Errors
    /// The database.
    pub async fn approvals(&self, repository: RepositoryId) -> Result<Vec<Approval>, StoreError> {
        let approvals = query("SELECT pull_request, head_sha FROM approvals")
            .push_bind(" WHERE repository = ", repository)
            .push(" ORDER BY pull_request, head_sha");
        let rows = self.all(approvals).await?;
        rows.iter()
            .map(|row| {
                Ok(Approval {
                    pull_request: row.number("pull_request")?,
                    head_sha: row.text("head_sha")?,
                })
            })
            .collect()
    }
}
