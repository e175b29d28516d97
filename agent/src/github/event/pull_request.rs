//! A pull request has something new to build.

use super::{Account, Event, Repository, Sha, ignored, wire};
use crate::github::PullRequestState;
use crate::store::RepositoryId;

/// A pull request at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// The repository that it asks to change.
    pub repository: Repository,
    /// What happened to it.
    pub action: PullRequestAction,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Who opened it; none when the account is gone.
    pub author: Option<Account>,
    /// Who caused this event; where it was found and not told, who opened the pull request.
    pub sender: Option<Account>,
    /// What it would bring in; statuses go to this commit.
    pub head: Side,
    /// What it would be merged into.
    pub base: Side,
    /// GitHub's trial merge, if it was made by then. May still be that of an older head: ask
    /// [`Client::pull_request`](crate::github::Client::pull_request) before building it.
    pub merge_commit_sha: Option<Sha>,
}

/// What happened to a pull request. Other actions are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullRequestAction {
    /// It is new.
    Opened,
    /// It was closed, and is open again.
    Reopened,
    /// Its head has moved.
    Synchronize,
    /// It is no draft any more.
    ReadyForReview,
}

/// One side of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The branch's short name.
    pub branch: String,
    /// The commit.
    pub sha: Sha,
    /// The repository's number; none when it is gone. That of the head, held against the number of
    /// [`PullRequest::repository`], decides what is a fork, and nothing else (security T1):
    /// [`policy::is_fork`](crate::policy::is_fork).
    pub repository: Option<RepositoryId>,
    /// The repository's name at that time, for people to read.
    pub slug: Option<String>,
}

impl PullRequestAction {
    fn parse(text: &str) -> Option<Self> {
        [
            Self::Opened,
            Self::Reopened,
            Self::Synchronize,
            Self::ReadyForReview,
        ]
        .into_iter()
        .find(|action| action.as_str() == text)
    }

    /// GitHub's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Synchronize => "synchronize",
            Self::ReadyForReview => "ready_for_review",
        }
    }
}

impl PullRequest {
    /// What an event would say of a pull request that was found and not told.
    #[must_use]
    pub fn found(
        repository: Repository,
        pull: PullRequestState,
        action: PullRequestAction,
    ) -> Self {
        Self {
            repository,
            action,
            number: pull.number,
            title: pull.title,
            draft: pull.draft,
            sender: pull.author.clone(),
            author: pull.author,
            head: pull.head,
            base: pull.base,
            merge_commit_sha: pull.trial.sha,
        }
    }

    /// The body of a delivery with these facts, for a pull request that was found and not told.
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        let raw = wire::PullRequestEvent {
            action: self.action.as_str().to_owned(),
            pull_request: wire::PullRequest {
                number: self.number,
                title: self.title.clone(),
                draft: Some(self.draft),
                user: self.author.as_ref().map(Into::into),
                merge_commit_sha: self.merge_commit_sha.as_ref().map(Sha::to_string),
                head: (&self.head).into(),
                base: (&self.base).into(),
            },
            repository: (&self.repository).into(),
            sender: self.sender.as_ref().map(Into::into),
        };
        // Strings, numbers and structs always serialise.
        serde_json::to_vec(&raw).unwrap_or_default()
    }
}

pub(super) fn read(raw: wire::PullRequestEvent) -> Result<Event, String> {
    let Some(action) = PullRequestAction::parse(&raw.action) else {
        return Ok(ignored("pull_request", Some(&raw.action)));
    };
    let repository = raw.repository.facts()?;
    let pull = raw.pull_request;
    let base = Side::try_from(pull.base)?;
    if base.repository.is_some_and(|base| base != repository.id) {
        return Err("its base is not in the repository that it is about".to_owned());
    }
    Ok(Event::PullRequest(Box::new(PullRequest {
        action,
        number: pull.number,
        title: pull.title,
        draft: pull.draft.unwrap_or(false),
        author: pull.user.map(Into::into),
        sender: raw.sender.map(Into::into),
        head: pull.head.try_into()?,
        base,
        merge_commit_sha: pull.merge_commit_sha.map(|sha| sha.parse()).transpose()?,
        repository,
    })))
}

impl TryFrom<wire::Side> for Side {
    type Error = String;

    fn try_from(raw: wire::Side) -> Result<Self, String> {
        let (repository, slug) = raw.repo.map_or((None, None), |repo| {
            (Some(RepositoryId(repo.id)), repo.full_name)
        });
        Ok(Self {
            branch: raw.name,
            sha: raw.sha.parse()?,
            repository,
            slug,
        })
    }
}

impl From<&Side> for wire::Side {
    fn from(side: &Side) -> Self {
        Self {
            name: side.branch.clone(),
            sha: side.sha.to_string(),
            repo: side.repository.map(|id| wire::SideRepository {
                id: id.0,
                full_name: side.slug.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(head: &str, base: &str) -> String {
        let sha = "a".repeat(40);
        format!(
            r#"{{"action":"opened","repository":{{"id":1,"full_name":"o/r"}},
            "pull_request":{{"number":3,"head":{{"ref":"main","sha":"{sha}"{head}}},
            "base":{{"ref":"main","sha":"{sha}"{base}}}}}}}"#
        )
    }

    fn read(head: &str, base: &str) -> Result<PullRequest, String> {
        match Event::parse("pull_request", body(head, base).as_bytes()) {
            Ok(Event::PullRequest(pull)) => Ok(*pull),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn the_head_is_known_by_its_number_and_may_be_gone() {
        let head = |head| read(head, "").unwrap().head.repository;
        assert_eq!(
            head(r#","repo":{"id":1,"full_name":"other/name"}"#),
            Some(RepositoryId(1))
        );
        for gone in ["", r#","repo":null"#] {
            assert_eq!(head(gone), None);
        }
    }

    #[test]
    fn a_base_of_another_repository_is_refused() {
        let error = read("", r#","repo":{"id":2}"#).unwrap_err();
        assert!(error.contains("base is not in the repository"), "{error}");
    }

    #[test]
    fn a_pull_request_of_a_vanished_account_is_read() {
        let pull = read("", "").unwrap();
        assert_eq!(
            (pull.author, pull.merge_commit_sha, pull.draft),
            (None, None, false)
        );
    }

    proptest! {
        #[test]
        fn what_was_found_reads_back_as_it_was(
            title: String, branch: String, draft: bool, elsewhere: Option<u64>, login: String,
        ) {
            let mut found = read("", r#","repo":{"id":1}"#).unwrap();
            found.title = title;
            found.draft = draft;
            found.head.branch = branch;
            found.head.repository = elsewhere.map(RepositoryId);
            found.author = Some(Account { id: 9, login });
            prop_assert_eq!(
                Event::parse("pull_request", &found.to_body()),
                Ok(Event::PullRequest(Box::new(found)))
            );
        }
    }
}
