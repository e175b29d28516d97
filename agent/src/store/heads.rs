//! What each ref of a repository last pointed to, so that old news moves nothing backwards.

use super::sql::{Query, query};
use super::{RepositoryId, Store, StoreError, retry};
use jiff::Timestamp;

/// A ref and a commit that it may point to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `refs/heads/main`, `refs/pull/7/head` …
    pub name: String,
    /// The commit.
    pub sha: String,
}

impl Store {
    /// What a ref (`refs/heads/main`, `refs/tags/v1`, `refs/pull/7/head`) points to, as last noted.
    ///
    /// # Errors
    /// The database.
    pub async fn head(
        &self,
        repository: RepositoryId,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = self.first(noted(repository, name)).await?;
        row.map(|row| row.text("sha")).transpose()
    }

    /// All refs of a repository that were noted, for the poller to compare with.
    ///
    /// # Errors
    /// The database.
    pub async fn heads(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let heads = query("SELECT name, sha FROM heads")
            .push_bind(" WHERE repository = ", repository)
            .push(" ORDER BY name");
        let rows = self.all(heads).await?;
        rows.iter()
            .map(|row| Ok((row.text("name")?, row.text("sha")?)))
            .collect()
    }

    /// Notes what a ref points to now, unless somebody has noted something else than `from` since;
    /// `None` is no such ref. Whether it is noted.
    ///
    /// # Errors
    /// The database.
    pub async fn replace_head(
        &self,
        repository: RepositoryId,
        name: &str,
        (from, to): (Option<&str>, Option<&str>),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = match (from, to) {
            (None, None) => return Ok(true),
            (None, Some(sha)) => insert(repository, name, sha, now),
            (Some(_), Some(sha)) => query("UPDATE heads")
                .push_bind(" SET sha = ", sha)
                .push_bind(", changed = ", now)
                .push_bind(" WHERE repository = ", repository),
            (Some(_), None) => {
                query("DELETE FROM heads").push_bind(" WHERE repository = ", repository)
            }
        };
        let change = match from {
            Some(from) => change
                .push_bind(" AND name = ", name)
                .push_bind(" AND sha = ", from),
            None => change,
        };
        self.write(change).await.map(|changed| changed == 1)
    }

    /// Whether the refs of a repository were noted once by somebody who saw all of them. Before
    /// that, a ref that is not noted may be an old one.
    ///
    /// # Errors
    /// The database.
    pub async fn was_looked_at(&self, repository: RepositoryId) -> Result<bool, StoreError> {
        let looked = query("SELECT looked FROM repositories").push_bind(" WHERE id = ", repository);
        match self.first(looked).await? {
            Some(row) => Ok(row.optional_time("looked")?.is_some()),
            None => Ok(false),
        }
    }

    /// Notes all refs of a repository, as GitHub told them after `asked`, in place of what was noted
    /// of them before. What was noted since then is newer, and stays.
    ///
    /// # Errors
    /// The database; nothing has changed then.
    pub async fn put_first_look(
        &self,
        repository: RepositoryId,
        heads: &[(String, String)],
        asked: Timestamp,
    ) -> Result<(), StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            query("DELETE FROM heads")
                .push_bind(" WHERE repository = ", repository)
                .push_bind(" AND changed < ", asked)
                .run(&mut transaction)
                .await?;
            for (name, sha) in heads {
                insert(repository, name, sha, asked)
                    .run(&mut transaction)
                    .await?;
            }
            query("UPDATE repositories")
                .push_bind(" SET looked = ", asked)
                .push_bind(" WHERE id = ", repository)
                .run(&mut transaction)
                .await?;
            transaction.commit().await
        })
        .await
    }
}

/// A ref that is not noted yet; one that is stays.
fn insert(repository: RepositoryId, name: &str, sha: &str, now: Timestamp) -> Query {
    query(
        "INSERT INTO heads (repository, name, sha, changed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (repository, name) DO NOTHING",
    )
    .bind(repository)
    .bind(name)
    .bind(sha)
    .bind(now)
}

/// What is noted of a ref.
pub(super) fn noted(repository: RepositoryId, name: &str) -> Query {
    query("SELECT sha FROM heads")
        .push_bind(" WHERE repository = ", repository)
        .push_bind(" AND name = ", name)
}
