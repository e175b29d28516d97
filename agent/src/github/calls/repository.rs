//! What a repository is, and what the token may do with it.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::slug::Slug;
use crate::store::RepositoryId;
use serde::Deserialize;

/// A repository as GitHub describes it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// GitHub's number.
    pub id: RepositoryId,
    /// Its name now, which may differ from the one it was asked for by.
    pub slug: Slug,
    /// Whether it is private.
    pub private: bool,
    /// Its default branch.
    pub default_branch: String,
    /// Whether nothing can be pushed any more.
    pub archived: bool,
    /// What the token may do.
    pub access: Access,
}

/// What the account behind the token may do with a repository. A fine-grained token may still lack
/// the permission for a single call, which that call then names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Read.
    pub pull: bool,
    /// Push, and post statuses.
    pub push: bool,
    /// Change webhooks and branch protection.
    pub admin: bool,
}

#[derive(Deserialize)]
struct Raw {
    id: u64,
    full_name: String,
    private: bool,
    default_branch: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    permissions: Access,
}

impl Client {
    /// A repository by its name; an old name leads to where it is now. Needs `metadata: read`.
    ///
    /// # Errors
    /// See [`GithubError`]; a private one that the token may not see is not found.
    pub async fn repository(&self, slug: &Slug) -> Result<Described, GithubError> {
        self.described(&Ask::get(&slug.path(&[]))).await
    }

    /// A repository by its number, however it is called now. Needs `metadata: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn repository_by_id(&self, id: RepositoryId) -> Result<Described, GithubError> {
        self.described(&Ask::get(&["repositories", &id.to_string()]))
            .await
    }

    async fn described(&self, ask: &Ask) -> Result<Described, GithubError> {
        let raw: Raw = self.json(ask).await?;
        let slug = raw
            .full_name
            .parse()
            .map_err(|error| GithubError::Temporary {
                ask: ask.name(),
                said: format!("an answer that cannot be read: {error}"),
            })?;
        Ok(Described {
            id: RepositoryId(raw.id),
            slug,
            private: raw.private,
            default_branch: raw.default_branch,
            archived: raw.archived,
            access: raw.permissions,
        })
    }
}
