//! Commit statuses.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::Sha;
use crate::github::slug::Slug;
use crate::report::status::{CommitStatus, StatusState};
use serde::{Deserialize, Serialize};
use url::Url;

/// A status that GitHub has: the newest of its context.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Posted {
    /// Its context.
    pub context: String,
    /// GitHub's word: `pending`, `success`, `failure` or `error`.
    pub state: String,
    /// Its text.
    pub description: Option<String>,
    /// The page it links to.
    pub target_url: Option<String>,
}

#[derive(Deserialize)]
struct Combined {
    statuses: Vec<Posted>,
}

#[derive(Serialize)]
struct New<'a> {
    state: &'static str,
    context: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<&'a str>,
}

impl Client {
    /// Posts a status for a commit, with the page it links to. Needs `statuses: write`.
    ///
    /// # Errors
    /// [`GithubError::is_status_limit`] when the commit's context has a thousand already, and what
    /// else [`GithubError`] names. After [`GithubError::Temporary`] GitHub may have it all the same
    /// (R20); [`Client::statuses`] tells.
    pub async fn post_status(
        &self,
        slug: &Slug,
        commit: &Sha,
        status: &CommitStatus,
        target: Option<&Url>,
    ) -> Result<(), GithubError> {
        let new = New {
            state: status.state.as_str(),
            context: &status.context,
            description: &status.description,
            target_url: target.map(Url::as_str),
        };
        let path = slug.path(&["statuses", commit.as_str()]);
        // A success that does not show the status comes from something between us and GitHub (R27).
        let _: Posted = self.json(&Ask::post(&path, &new)).await?;
        Ok(())
    }

    /// Whether the token may post statuses. GitHub tells of no permission, so it is asked to post one
    /// for a commit that there can't be; nothing is changed.
    ///
    /// # Errors
    /// It may not, and what else [`GithubError`] names.
    pub async fn may_post_statuses(&self, slug: &Slug) -> Result<(), GithubError> {
        let new = New {
            state: StatusState::Pending.as_str(),
            context: "trial",
            description: "",
            target_url: None,
        };
        let no_commit = "0".repeat(40);
        let path = slug.path(&["statuses", &no_commit]);
        match self.done(&Ask::post(&path, &new)).await {
            Err(GithubError::Unprocessable { .. }) => Ok(()),
            other => other,
        }
    }

    /// The newest status of each context of a commit. Needs `statuses: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn statuses(&self, slug: &Slug, commit: &Sha) -> Result<Vec<Posted>, GithubError> {
        let ask = Ask::get(&slug.path(&["commits", commit.as_str(), "status"]));
        self.pages(&ask, |page: Combined| page.statuses).await
    }
}
