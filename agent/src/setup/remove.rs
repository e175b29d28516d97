//! Takes away what was set up. Builds, logs and keys stay.

use super::protect::{or_default, release};
use super::{Report, Setup, Step, hook, store};
use crate::github::{GithubError, Slug};
use crate::store::Repository;

const PART: &str = "repository";

/// Takes away the webhook and the required statuses of a repository that was added, and builds it
/// no longer.
pub async fn remove(setup: &Setup, asked: &Slug, branches: &[String]) -> Report {
    let mut steps = Vec::new();
    if let Err(step) = all(setup, asked, branches, &mut steps).await {
        steps.push(step);
    }
    Report {
        name: asked.to_string(),
        steps,
    }
}

async fn all(
    setup: &Setup,
    asked: &Slug,
    branches: &[String],
    steps: &mut Vec<Step>,
) -> Result<(), Step> {
    let known = stored(setup, asked).await?;
    match setup.client.repository_by_id(known.id).await {
        Ok(found) => {
            let removed = hook::remove(setup, &found.slug, known.hook).await;
            steps.push(removed.unwrap_or_else(|failed| failed));
            for branch in or_default(branches, &found.default_branch) {
                steps.push(release(setup, &found.slug, branch).await);
            }
        }
        Err(GithubError::NotFound { .. }) => {
            let text = "GitHub does not show it; nothing is taken away there";
            steps.push(Step::unchanged(PART, text));
        }
        Err(error) => return Err(Step::failed(PART, error.to_string())),
    }
    steps.push(store::retire(setup, known).await?);
    Ok(())
}

/// A repository as it is stored.
///
/// # Errors
/// The step that says that it is not.
pub(super) async fn stored(setup: &Setup, asked: &Slug) -> Result<Repository, Step> {
    let known = setup.store.repository_named(asked.as_str()).await;
    let known = known.map_err(|error| Step::failed(PART, error.to_string()))?;
    known.ok_or_else(|| {
        Step::failed(PART, "was never added here").fix("`agent repo list` shows those that were")
    })
}
