//! From an event to the facts of a build (run-time reference §2.2). Pure.

use crate::github::PullRequestState;
use crate::github::event::{Account, Push, RefName};
use crate::policy::is_fork;
use crate::store::Repository;
use schema::request::{Event, PullRequest, Request};

/// The facts of a push, as far as it has a commit; a tag is its own branch.
pub(super) fn of_push(push: &Push, name: &RefName, repository: &Repository) -> Request {
    let tag = match name {
        RefName::Branch(_) => None,
        RefName::Tag(tag) => Some(tag.clone()),
    };
    let commit_range = match (&push.before, &push.after, &tag) {
        (Some(before), Some(after), None) => format!("{before}...{after}"),
        _ => String::new(),
    };
    Request {
        event: Event::Push,
        slug: repository.slug.clone(),
        private: repository.private,
        default_branch: repository.default_branch.clone(),
        branch: name.short().to_owned(),
        tag,
        sha: push.commit().map(ToString::to_string).unwrap_or_default(),
        commit_range,
        commit_message: push
            .head
            .as_ref()
            .map(|head| head.message.clone())
            .unwrap_or_default(),
        sender: login(push.sender.as_ref()),
        ..Request::default()
    }
}

/// The facts of a pull request as it is now. `merge` is the commit to build: GitHub's trial merge.
pub(super) fn of_pull_request(
    pull: &PullRequestState,
    merge: &str,
    head_message: &str,
    sender: Option<&Account>,
    repository: &Repository,
) -> Request {
    let head = pull.head.repository.map(|id| id.0);
    Request {
        event: Event::PullRequest,
        slug: repository.slug.clone(),
        private: repository.private,
        default_branch: repository.default_branch.clone(),
        branch: pull.base.branch.clone(),
        sha: merge.to_owned(),
        commit_range: format!("{}...{}", pull.base.sha, pull.head.sha),
        commit_message: head_message.to_owned(),
        sender: login(sender),
        fork: is_fork(repository.id.0, head),
        pull_request: Some(PullRequest {
            number: pull.number,
            head_branch: pull.head.branch.clone(),
            head_sha: pull.head.sha.to_string(),
            head_slug: pull.head.slug.clone().unwrap_or_default(),
            base_sha: pull.base.sha.to_string(),
            draft: pull.draft,
        }),
        ..Request::default()
    }
}

/// What a build is for, in words that are the same whoever tells of it: a second delivery of the
/// same meaning makes no second build (security T20). A pull request that was approved is built
/// again, as it gets more then.
pub(super) fn meaning(request: &Request, approved: bool) -> String {
    match (&request.pull_request, &request.tag) {
        (Some(pull), _) => {
            let approved = if approved { " approved" } else { "" };
            format!("pull {} {}{approved}", pull.number, pull.head_sha)
        }
        (None, Some(tag)) => format!("push refs/tags/{tag} {}", request.sha),
        (None, None) => format!("push refs/heads/{} {}", request.branch, request.sha),
    }
}

/// The commit that the status of a build goes to (run-time reference §10.8).
pub(super) fn status_sha(request: &Request) -> &str {
    match &request.pull_request {
        Some(pull) => &pull.head_sha,
        None => &request.sha,
    }
}

fn login(account: Option<&Account>) -> String {
    account
        .map(|account| account.login.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::event;
    use crate::store::{RepositoryId, RepositorySettings};

    const BEFORE: &str = "1111111111111111111111111111111111111111";
    const AFTER: &str = "2222222222222222222222222222222222222222";

    fn repository() -> Repository {
        Repository {
            id: RepositoryId(7),
            slug: "acme/widget".to_owned(),
            private: false,
            default_branch: "main".to_owned(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        }
    }

    fn push(name: &str, before: &str) -> Request {
        let body = format!(
            r#"{{"ref":"{name}","before":"{before}","after":"{AFTER}","forced":false,
            "head_commit":{{"id":"{AFTER}","message":"Turn"}},
            "repository":{{"id":7,"full_name":"acme/widget","private":false,"default_branch":"main"}},
            "sender":{{"id":1,"login":"ann"}}}}"#
        );
        let Ok(event::Event::Push(push)) = event::Event::parse("push", body.as_bytes()) else {
            panic!("no push: {body}");
        };
        of_push(&push, &push.name().unwrap(), &repository())
    }

    #[test]
    fn a_push_builds_what_was_pushed() {
        let request = push("refs/heads/fix", BEFORE);
        assert_eq!(
            (request.branch.as_str(), request.tag.as_deref()),
            ("fix", None)
        );
        assert_eq!(request.sha, AFTER);
        assert_eq!(request.commit_range, format!("{BEFORE}...{AFTER}"));
        assert_eq!(request.commit_message, "Turn");
        assert_eq!(
            meaning(&request, false),
            format!("push refs/heads/fix {AFTER}")
        );
    }

    #[test]
    fn a_tag_is_its_own_branch_and_has_no_range() {
        let request = push("refs/tags/v1", &"0".repeat(40));
        assert_eq!(
            (request.branch.as_str(), request.tag.as_deref()),
            ("v1", Some("v1"))
        );
        assert_eq!(request.commit_range, "");
        assert_eq!(
            meaning(&request, false),
            format!("push refs/tags/v1 {AFTER}")
        );
    }

    #[test]
    fn a_branch_named_like_a_tag_stays_a_branch() {
        let request = push("refs/heads/refs/tags/v1", BEFORE);
        assert_eq!(
            (request.branch.as_str(), request.tag.as_deref()),
            ("refs/tags/v1", None)
        );
        assert_ne!(
            meaning(&request, false),
            meaning(&push("refs/tags/v1", BEFORE), false)
        );
    }
}
