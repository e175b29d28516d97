//! The facts that trust hangs on.

use super::allowed::Approval;
use schema::request::{Event, Request};

/// The facts that trust hangs on. They come from numbers and shas that GitHub signed, never from
/// names, authors or texts that whoever pushes can choose (security T1, T3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether the code comes from a fork.
    pub(super) fork: bool,
    /// The pull request that the build is for.
    pub(super) pull_request: Option<Head>,
}

/// The head of a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    number: u64,
    sha: String,
}

/// Whether the code of a pull request comes from a fork: the repository of its head is another one
/// than that of its base, by GitHub's numbers, or is gone (`head.repo` is null) (security T1).
#[must_use]
pub fn is_fork(base: u64, head: Option<u64>) -> bool {
    head != Some(base)
}

/// Whether somebody has to approve a build's code before it gets more than an empty machine.
#[must_use]
pub fn needs_approval(request: &Request) -> bool {
    request.fork && request.pull_request.is_some()
}

/// Whether a build's code needed an approval and has it.
#[must_use]
pub fn is_approved(request: &Request, approvals: &[Approval]) -> bool {
    needs_approval(request) && Facts::of(request).approved(approvals)
}

impl Facts {
    /// The facts of a request, whose fork flag was set by [`is_fork`] or by `agent run --fork`.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let head = request.pull_request.as_ref().map(|pull| Head {
            number: pull.number,
            sha: pull.head_sha.clone(),
        });
        let unknown = || Head {
            number: 0,
            sha: String::new(),
        };
        Self {
            fork: request.fork,
            // A pull request that does not say which one is still not a push.
            pull_request: head.or_else(|| (request.event == Event::PullRequest).then(unknown)),
        }
    }

    /// The number of the pull request; 0 for one that does not say which it is.
    pub(super) fn number(&self) -> Option<u64> {
        self.pull_request.as_ref().map(|head| head.number)
    }

    /// Whether one of the approvals is for this head of this pull request. A commit that was
    /// pushed after it needs one of its own (security T4).
    pub(super) fn approved(&self, approvals: &[Approval]) -> bool {
        self.pull_request.as_ref().is_some_and(|head| {
            !head.sha.is_empty()
                && approvals.iter().any(|approval| {
                    approval.pull_request == head.number && approval.head_sha == head.sha
                })
        })
    }
}
