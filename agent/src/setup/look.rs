//! What GitHub says of a repository.

use super::{Setup, Step};
use crate::github::{Described, GithubError, Slug};

const PART: &str = "repository";

/// Asks for a repository.
///
/// # Errors
/// The step that says why there is no going on.
pub(super) async fn look(setup: &Setup, asked: &Slug) -> Result<(Described, Step), Step> {
    let found = setup.client.repository(asked).await.map_err(|error| {
        let step = Step::failed(PART, error.to_string());
        match error {
            GithubError::NotFound { .. } => step.fix(
                "a fine-grained token has to list the repository, and the account behind a token \
                 has to be a member of a private one",
            ),
            _ => step,
        }
    })?;
    if found.archived {
        let step = Step::failed(PART, "is archived: nothing can be pushed to it");
        return Err(step.fix("unarchive it first"));
    }
    let visibility = if found.private { "private" } else { "public" };
    let mut text = format!(
        "{visibility}, id {}, default branch {}",
        found.id, found.default_branch
    );
    if found.slug.as_str() != asked.as_str() {
        text = format!("called {} now; {text}", found.slug);
    }
    Ok((found, Step::unchanged(PART, text)))
}

/// Whether there is a branch of this name.
///
/// # Errors
/// See [`GithubError`].
pub(super) async fn has_branch(
    setup: &Setup,
    slug: &Slug,
    branch: &str,
) -> Result<bool, GithubError> {
    let name = format!("heads/{branch}");
    match setup.client.commit(slug, &name).await {
        Ok(commit) => Ok(commit.is_some()),
        // A repository without a commit.
        Err(GithubError::Unprocessable { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
