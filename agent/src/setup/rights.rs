//! What the token must be allowed to do: what for, and how it is given.

use super::look::has_branch;
use super::{Setup, Step};
use crate::github::{Described, GithubError, Slug};

/// A permission of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Contents,
    PullRequests,
    Statuses,
    Webhooks,
    Administration,
}

impl Right {
    /// As the page for fine-grained tokens calls it.
    fn fine(self) -> &'static str {
        match self {
            Self::Contents => "Contents: read",
            Self::PullRequests => "Pull requests: read",
            Self::Statuses => "Commit statuses: read and write",
            Self::Webhooks => "Webhooks: read and write",
            Self::Administration => "Administration: read and write",
        }
    }

    /// The scope of a classic token.
    fn classic(self) -> &'static str {
        match self {
            Self::Webhooks => "admin:repo_hook",
            Self::Statuses => "repo:status",
            Self::Contents | Self::PullRequests | Self::Administration => "repo",
        }
    }

    fn what_for(self) -> &'static str {
        match self {
            Self::Contents => "read configs and fetch commits",
            Self::PullRequests => "find out what a pull request would merge",
            Self::Statuses => "tell commits how their builds went",
            Self::Webhooks => "make the webhook",
            Self::Administration => "change branch protection",
        }
    }

    /// What the account behind the token has to be in the repository.
    fn role(self) -> &'static str {
        match self {
            Self::Contents | Self::PullRequests => "Read",
            Self::Statuses => "Write",
            Self::Webhooks | Self::Administration => "Admin",
        }
    }

    /// The step that a call ended which needs this right.
    pub(super) fn refused(self, part: &'static str, error: &GithubError) -> Step {
        // What must not be seen is not found; GitHub then does not say why.
        let lacking = matches!(
            error,
            GithubError::Forbidden { .. } | GithubError::NotFound { .. }
        );
        if !lacking {
            return Step::failed(part, error.to_string());
        }
        let text = format!("the token may not {}", self.what_for());
        let fix = format!(
            "give it the permission \"{}\" (a classic token: the scope {}), and its account the \
             role {} in the repository",
            self.fine(),
            self.classic(),
            self.role()
        );
        Step::failed(part, text).fix(fix)
    }
}

/// Whether the token may do what every build needs. Nothing is changed by asking.
pub(super) async fn check(setup: &Setup, found: &Described) -> Vec<Step> {
    const PART: &str = "permissions";
    let slug = &found.slug;
    let mut missing = Vec::new();
    let client = &setup.client;
    let asked = [
        (
            Right::Contents,
            has_branch(setup, slug, &found.default_branch)
                .await
                .map(drop),
        ),
        (Right::PullRequests, pull_requests(setup, slug).await),
        (Right::Statuses, client.may_post_statuses(slug).await),
    ];
    for (right, answer) in asked {
        if let Err(error) = answer {
            missing.push(right.refused(PART, &error));
        }
    }
    if missing.is_empty() {
        missing.push(Step::unchanged(PART, "contents, pull requests, statuses"));
    }
    missing
}

/// Any pull request will do; most repositories have none of this number.
async fn pull_requests(setup: &Setup, slug: &Slug) -> Result<(), GithubError> {
    match setup.client.pull_request(slug, 1).await {
        Ok(_) | Err(GithubError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
