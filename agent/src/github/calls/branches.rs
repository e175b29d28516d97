//! Branches and tags, whole: what the poller compares with what it knows.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::{RefName, Sha};
use crate::github::slug::Slug;
use serde::Deserialize;

/// A branch or tag, and the commit it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its name.
    pub name: RefName,
    /// The commit; for an annotated tag the one behind it.
    pub sha: Sha,
}

#[derive(Deserialize)]
struct Raw {
    name: String,
    commit: RawCommit,
}

#[derive(Deserialize)]
struct RawCommit {
    sha: Sha,
}

impl Client {
    /// All branches. Needs `contents: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn branches(&self, slug: &Slug) -> Result<Vec<Tip>, GithubError> {
        self.tips(slug, "branches", RefName::Branch).await
    }

    /// All tags. Needs `contents: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn tags(&self, slug: &Slug) -> Result<Vec<Tip>, GithubError> {
        self.tips(slug, "tags", RefName::Tag).await
    }

    async fn tips(
        &self,
        slug: &Slug,
        kind: &str,
        named: fn(String) -> RefName,
    ) -> Result<Vec<Tip>, GithubError> {
        self.pages(&Ask::get(&slug.path(&[kind])), |page: Vec<Raw>| {
            let tip = |raw: Raw| Tip {
                name: named(raw.name),
                sha: raw.commit.sha,
            };
            page.into_iter().map(tip).collect()
        })
        .await
    }
}
