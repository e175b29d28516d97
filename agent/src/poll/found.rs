//! What was found, in the shape of the delivery that should have told it. Pure.

use crate::github::BadSlug;
use crate::github::event::{self, PullRequest, Push, Sha};
use crate::store::{NewDelivery, Repository};
use jiff::Timestamp;

/// A repository as a delivery would describe it.
///
/// # Errors
/// Its name is none.
pub fn described(repository: &Repository) -> Result<event::Repository, BadSlug> {
    Ok(event::Repository {
        id: repository.id,
        slug: repository.slug.parse()?,
        private: repository.private,
        default_branch: Some(repository.default_branch.clone()),
    })
}

/// A push that nobody has told of, or not `reason`, which is a part of its name. That is made of its
/// meaning, so that it is stored once.
#[must_use]
pub fn push(push: &Push, reason: &str, now: Timestamp) -> NewDelivery {
    let name = |sha: Option<&Sha>| sha.map_or_else(|| "0".repeat(40), Sha::to_string);
    let meaning = format!(
        "{} {}..{}{reason}",
        push.full_ref,
        name(push.before.as_ref()),
        name(push.after.as_ref())
    );
    delivery(push.repository.id, "push", &meaning, push.to_body(), now)
}

/// A pull request that nobody has told of, or that is to be looked at again for the `reason`, which
/// is a part of its name.
#[must_use]
pub fn pull_request(pull: &PullRequest, reason: &str, now: Timestamp) -> NewDelivery {
    let meaning = format!("pull {} {}{reason}", pull.number, pull.head.sha);
    let id = pull.repository.id;
    delivery(id, "pull_request", &meaning, pull.to_body(), now)
}

/// No GUID of GitHub's holds a blank, so that nobody can take such a name first.
fn delivery(
    id: crate::store::RepositoryId,
    event: &str,
    meaning: &str,
    body: Vec<u8>,
    now: Timestamp,
) -> NewDelivery {
    NewDelivery {
        guid: format!("{id} {meaning}"),
        event: event.to_owned(),
        repository: Some(id),
        body,
        polled: true,
        received: now,
    }
}
