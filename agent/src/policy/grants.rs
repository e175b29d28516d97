//! What a build gets.

use super::allowed::DockerPolicy;

/// What a build gets. Made by [`decide`](super::decide) and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    pub(super) secrets: Grant,
    pub(super) deploy: Grant,
    pub(super) docker: Grant,
    pub(super) docker_policy: DockerPolicy,
    pub(super) scope: Scope,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Given.
    Given,
    /// Refused, with the reason as a sentence without its full stop.
    Refused(&'static str),
}

/// Whose caches and image layers a build may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Branches and tags of the repository itself.
    Branch,
    /// A pull request from the repository itself.
    PullRequest,
    /// A pull request from a fork, by its number: forks trust each other no more than they are
    /// trusted.
    Fork(u64),
}

impl Grant {
    /// Whether it is given.
    #[must_use]
    pub fn given(&self) -> bool {
        *self == Self::Given
    }

    /// The reason it is refused.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Given => None,
            Self::Refused(reason) => Some(reason),
        }
    }
}

impl Grants {
    /// Whether secrets may be opened.
    #[must_use]
    pub fn secrets(&self) -> &Grant {
        &self.secrets
    }

    /// Whether deploy entries may run.
    #[must_use]
    pub fn deploy(&self) -> &Grant {
        &self.deploy
    }

    /// Whether jobs may use Docker.
    #[must_use]
    pub fn docker(&self) -> &Grant {
        &self.docker
    }

    /// Which engine jobs get when they may use Docker.
    #[must_use]
    pub fn docker_policy(&self) -> DockerPolicy {
        self.docker_policy
    }

    /// Whether nobody trusts the code: nothing that the operator allows changes what it gets.
    #[must_use]
    pub fn untrusted(&self) -> bool {
        matches!(self.scope, Scope::Fork(_))
    }

    /// Whose caches and layers are shared, as a stable word.
    #[must_use]
    pub fn scope(&self) -> String {
        match self.scope {
            Scope::Branch => "branch".to_owned(),
            Scope::PullRequest => "pr".to_owned(),
            Scope::Fork(pull_request) => format!("fork-{pull_request}"),
        }
    }
}
