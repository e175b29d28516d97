//! The plain facts of the event that asked for a build.

use crate::changes::Changes;
use serde::{Deserialize, Serialize};

/// What happened. A tag is a push whose [`Request::tag`] is set, as in Travis CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Event {
    /// Commits or a tag were pushed.
    #[default]
    Push,
    /// A pull request was opened or got new commits.
    PullRequest,
    /// A time came.
    Cron,
    /// A person or program asked for it.
    Api,
}

impl Event {
    /// The name that conditions and `TRAVIS_EVENT_TYPE` use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::PullRequest => "pull_request",
            Self::Cron => "cron",
            Self::Api => "api",
        }
    }
}

/// A pull request's side of a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The branch it comes from.
    pub head_branch: String,
    /// The head commit; statuses go there.
    pub head_sha: String,
    /// `owner/repo` it comes from.
    pub head_slug: String,
    /// The commit it would be merged onto.
    pub base_sha: String,
    /// Whether it is a draft.
    pub draft: bool,
}

/// The facts of one event (run-time reference §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// What happened.
    pub event: Event,
    /// `owner/repo` the build belongs to.
    pub slug: String,
    /// Whether the repository is private.
    pub private: bool,
    /// The repository's default branch (decision 13).
    pub default_branch: String,
    /// The pushed branch; a pull request's base branch; a tag's name.
    pub branch: String,
    /// The tag, for a push of a tag.
    pub tag: Option<String>,
    /// The commit to build; for a pull request GitHub's merge commit.
    pub sha: String,
    /// `a...b`, or empty.
    pub commit_range: String,
    /// The full message of the commit.
    pub commit_message: String,
    /// The login of who caused it.
    pub sender: String,
    /// Whether the code comes from a fork.
    pub fork: bool,
    /// Set for pull requests.
    pub pull_request: Option<PullRequest>,
    /// Public variables of the repository's settings, for `env()` in conditions.
    pub variables: Vec<(String, String)>,
    /// What is known of the paths that the event changed.
    pub changes: Changes,
}
