//! What a branch or pull request points to.

use super::Intake;
use super::trouble::Trouble;
use crate::store::{Head, RepositoryId};
use jiff::Timestamp;
use schema::request::Request;

/// The ref that a build is of, and where that has to point for the build to be the newest.
pub(super) fn of(request: &Request) -> Head {
    match &request.pull_request {
        Some(pull) => Head {
            name: format!("refs/pull/{}/head", pull.number),
            sha: pull.head_sha.clone(),
        },
        None => Head {
            name: format!("refs/heads/{}", request.branch),
            sha: request.sha.clone(),
        },
    }
}

impl Intake {
    /// Notes what a ref points to, as was told after `noted` was read. An agent that stood still in
    /// between must not put the place of then over a newer one.
    pub(super) async fn note(
        &self,
        repository: RepositoryId,
        name: &str,
        (noted, present): (Option<&str>, Option<&str>),
        now: Timestamp,
    ) -> Result<(), Trouble> {
        if noted == present {
            return Ok(());
        }
        let change = (noted, present);
        let is_noted = self.store.replace_head(repository, name, change, now);
        // Another agent may have had the same news.
        if is_noted.await? || self.store.head(repository, name).await?.as_deref() == present {
            return Ok(());
        }
        Err(Trouble::Overtaken)
    }
}
