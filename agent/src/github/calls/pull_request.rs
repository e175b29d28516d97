//! Pull requests as they are now.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::{Account, Sha, Side};
use crate::github::slug::Slug;
use crate::store::RepositoryId;
use serde::Deserialize;

/// A pull request as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequestState {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Whether it can still be merged: neither closed nor merged.
    pub open: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// Who opened it.
    pub author: Option<Account>,
    /// What it would bring in.
    pub head: Side,
    /// What it would be merged into.
    pub base: Side,
    /// GitHub's trial merge.
    pub trial: Trial,
}

/// GitHub's trial merge, which it makes a while after each change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Whether it can be merged.
    pub mergeable: Mergeable,
    /// The merge commit. While [`Mergeable::Unknown`] it may be that of an older head.
    pub sha: Option<Sha>,
}

/// Whether a pull request can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mergeable {
    /// The trial merge is made.
    Yes,
    /// There is a conflict: nothing can be built (run-time reference §10.1).
    No,
    /// GitHub is still at it; ask again.
    Unknown,
}

#[derive(Deserialize)]
struct Raw {
    number: u64,
    #[serde(default)]
    title: String,
    state: String,
    draft: Option<bool>,
    user: Option<RawUser>,
    head: RawSide,
    base: RawSide,
    mergeable: Option<bool>,
    merge_commit_sha: Option<Sha>,
}

#[derive(Deserialize)]
struct RawUser {
    id: u64,
    login: String,
}

#[derive(Deserialize)]
struct RawSide {
    #[serde(rename = "ref")]
    name: String,
    sha: Sha,
    repo: Option<RawRepository>,
}

#[derive(Deserialize)]
struct RawRepository {
    id: u64,
    full_name: String,
}

impl From<RawSide> for Side {
    fn from(raw: RawSide) -> Self {
        let repository = raw.repo.as_ref().map(|repo| RepositoryId(repo.id));
        Self {
            branch: raw.name,
            sha: raw.sha,
            repository,
            slug: raw.repo.map(|repo| repo.full_name),
        }
    }
}

impl From<Raw> for PullRequestState {
    fn from(raw: Raw) -> Self {
        Self {
            number: raw.number,
            title: raw.title,
            open: raw.state == "open",
            draft: raw.draft.unwrap_or(false),
            author: raw.user.map(|user| Account {
                id: user.id,
                login: user.login,
            }),
            head: raw.head.into(),
            base: raw.base.into(),
            trial: Trial {
                mergeable: match raw.mergeable {
                    Some(true) => Mergeable::Yes,
                    Some(false) => Mergeable::No,
                    None => Mergeable::Unknown,
                },
                sha: raw.merge_commit_sha,
            },
        }
    }
}

impl Client {
    /// A pull request. Asking makes GitHub begin the trial merge. Needs `pull requests: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn pull_request(
        &self,
        slug: &Slug,
        number: u64,
    ) -> Result<PullRequestState, GithubError> {
        let number = number.to_string();
        let ask = Ask::get(&slug.path(&["pulls", &number]));
        self.json::<Raw>(&ask).await.map(PullRequestState::from)
    }

    /// All open pull requests; lists never say whether one can be merged. Needs
    /// `pull requests: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn open_pull_requests(
        &self,
        slug: &Slug,
    ) -> Result<Vec<PullRequestState>, GithubError> {
        let ask = Ask::get(&slug.path(&["pulls"])).query("state", &"open");
        let states = |page: Vec<Raw>| page.into_iter().map(PullRequestState::from).collect();
        self.pages(&ask, states).await
    }
}
