//! One commit.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::{Account, Sha};
use crate::github::slug::Slug;
use serde::Deserialize;

/// A commit: what pages show of it. Names and addresses are what anybody may have typed (T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub sha: Sha,
    /// Its full message.
    pub message: String,
    /// The author's name as git has it.
    pub author_name: String,
    /// The account that GitHub takes for the author.
    pub author: Option<Account>,
}

#[derive(Deserialize)]
struct Raw {
    sha: Sha,
    commit: RawCommit,
    author: Option<RawUser>,
}

#[derive(Deserialize)]
struct RawCommit {
    #[serde(default)]
    message: String,
    author: Option<RawAuthor>,
}

#[derive(Deserialize)]
struct RawAuthor {
    #[serde(default)]
    name: String,
}

/// GitHub writes `{}` for an author that it can't place.
#[derive(Deserialize)]
struct RawUser {
    id: Option<u64>,
    login: Option<String>,
}

impl Client {
    /// The commit that a name leads to: its own, or that of a branch or tag (`heads/x`, `tags/x`).
    /// `None` where there is none. Needs `contents: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn commit(&self, slug: &Slug, name: &str) -> Result<Option<Commit>, GithubError> {
        // The list of files is of no use here, and may be long.
        let ask = Ask::get(&slug.path(&["commits", name])).query("per_page", &1);
        let answer = match self.maybe(&ask).await {
            // What could be no commit's name, or is not one here.
            Err(GithubError::Unprocessable { said, .. }) if said.contains("No commit found") => {
                None
            }
            other => other?,
        };
        let Some(answer) = answer else {
            return Ok(None);
        };
        let raw: Raw = answer.json()?;
        Ok(Some(Commit {
            sha: raw.sha,
            message: raw.commit.message,
            author_name: raw
                .commit
                .author
                .map(|author| author.name)
                .unwrap_or_default(),
            author: raw.author.and_then(|user| {
                let (id, login) = (user.id?, user.login?);
                Some(Account { id, login })
            }),
        }))
    }
}
