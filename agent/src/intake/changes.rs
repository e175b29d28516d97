//! The paths that an event changed, by GitHub's comparison of two commits.

use super::trouble::Trouble;
use crate::github::event::Sha;
use crate::github::{Client, GithubError, Slug};
use schema::changes::Changes;
use schema::request::{Event, Request};

/// What a push or a pull request changed; where that cannot be told, why, so that everything runs.
///
/// # Errors
/// GitHub did not answer as it should; asking again may help.
pub(super) async fn find(
    client: &Client,
    slug: &Slug,
    request: &Request,
) -> Result<Changes, Trouble> {
    let unknown = |reason: &str| Ok(Changes::Unknown(reason.to_owned()));
    let commits = request.commit_range.split_once("...");
    let commits = commits.and_then(|(base, head)| Some((base.parse().ok()?, head.parse().ok()?)));
    let Some::<(Sha, Sha)>((base, head)) = commits else {
        return unknown("this is the first push of the branch");
    };
    let told = match client.changes(slug, &base, &head).await {
        Ok(told) => told,
        // Thrown away since, or without anything in common.
        Err(GithubError::NotFound { .. }) => {
            return unknown("the commits cannot be compared");
        }
        Err(error) => return Err(error.into()),
    };
    if request.event == Event::Push && !told.follows {
        return unknown("the push took commits back");
    }
    if !told.complete {
        return unknown("so many paths have changed that GitHub does not name all of them");
    }
    Ok(Changes::of(told.paths))
}
