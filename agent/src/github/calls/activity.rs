//! Who moved a branch.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::event::{Account, Sha};
use crate::github::slug::Slug;
use serde::Deserialize;

/// One move of a branch, as far as it is of use.
#[derive(Deserialize)]
struct Raw {
    after: String,
    actor: Option<RawUser>,
}

#[derive(Deserialize)]
struct RawUser {
    id: u64,
    login: String,
}

impl Client {
    /// The account that moved a branch to a commit. Unlike a commit's author nobody can choose it
    /// (security T3). `None` where GitHub does not remember, or is a GitHub Enterprise that keeps no
    /// such list. Needs `contents: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn pusher(
        &self,
        slug: &Slug,
        branch: &str,
        commit: &Sha,
    ) -> Result<Option<Account>, GithubError> {
        // The newest come first; what is looked for was found just now.
        let ask = Ask::get(&slug.path(&["activity"]))
            .query("ref", &format!("refs/heads/{branch}"))
            .query("per_page", &100);
        let Some(answer) = self.maybe(&ask).await? else {
            return Ok(None);
        };
        let moves: Vec<Raw> = answer.json()?;
        let there = moves.into_iter().find(|one| one.after == commit.as_str());
        Ok(there.and_then(|one| one.actor).map(|actor| Account {
            id: actor.id,
            login: actor.login,
        }))
    }
}
