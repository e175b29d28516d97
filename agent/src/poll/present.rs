//! What a repository has now: branches, tags and open pull requests.

use crate::github::{Client, GithubError, PullRequestState, Slug, Tip};

/// What a repository has now.
pub(super) struct Present {
    pub(super) tips: Vec<Tip>,
    pub(super) pulls: Vec<PullRequestState>,
}

impl Present {
    /// Asks GitHub.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub(super) async fn ask(client: &Client, slug: &Slug) -> Result<Self, GithubError> {
        let mut tips = client.branches(slug).await?;
        tips.extend(client.tags(slug).await?);
        let pulls = client.open_pull_requests(slug).await?;
        Ok(Self { tips, pulls })
    }

    /// Its refs as they are noted.
    pub(super) fn heads(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let tips = self.tips.iter();
        let tips = tips.map(|tip| (tip.name.to_string(), tip.sha.to_string()));
        let pulls = self.pulls.iter();
        tips.chain(pulls.map(|pull| (head_of(pull), pull.head.sha.to_string())))
    }
}

/// The ref of a pull request's head.
pub(super) fn head_of(pull: &PullRequestState) -> String {
    format!("refs/pull/{}/head", pull.number)
}

/// All refs of a repository with what they point to, for
/// [`Store::put_first_look`](crate::store::Store::put_first_look): what changes after it is found.
///
/// # Errors
/// See [`GithubError`].
pub async fn heads(client: &Client, slug: &Slug) -> Result<Vec<(String, String)>, GithubError> {
    Ok(Present::ask(client, slug).await?.heads().collect())
}
