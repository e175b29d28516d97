//! Who may have what. The only maker of [`Grants`], and the only reader of a fork flag.
//!
//! Pure: facts and the operator's word in, grants with reasons out (decision 31).

/// The facts that trust hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Whether the code comes from a fork.
    pub fork: bool,
    /// Whether the build is for a pull request.
    pub pull_request: bool,
}

/// What the person who runs the agent allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// `--secrets`: secrets may be opened.
    pub secrets: bool,
    /// `--deploy`: deploy entries may run.
    pub deploy: bool,
    /// `--docker`: which engine jobs may use.
    pub docker: DockerPolicy,
}

/// Which Docker engine the operator allows to jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DockerPolicy {
    /// A daemon of the job's own.
    #[default]
    Own,
    /// The user's own engine.
    Host,
}

/// What a build gets. Made here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grants {
    secrets: Grant,
    deploy: Grant,
    docker: Grant,
    docker_policy: DockerPolicy,
    scope: Scope,
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
    /// A pull request from a fork.
    Fork,
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

    /// Whose caches and layers are shared, as a stable word.
    #[must_use]
    pub fn scope(&self) -> &'static str {
        match self.scope {
            Scope::Branch => "branch",
            Scope::PullRequest => "pr",
            Scope::Fork => "fork",
        }
    }
}

/// Decides what a build gets.
#[must_use]
pub fn decide(facts: Facts, allowed: Allowed) -> Grants {
    let secrets = if facts.fork {
        Grant::Refused("pull requests from forks get no secrets")
    } else if allowed.secrets {
        Grant::Given
    } else {
        Grant::Refused("secrets stay closed without --secrets")
    };
    let deploy = if facts.pull_request || facts.fork {
        Grant::Refused("the current build is a pull request")
    } else if allowed.deploy {
        Grant::Given
    } else {
        Grant::Refused("deploy entries only run with --deploy")
    };
    let docker = if facts.fork {
        Grant::Refused("pull requests from forks get no Docker before somebody has approved them")
    } else {
        Grant::Given
    };
    let scope = match (facts.fork, facts.pull_request) {
        (true, _) => Scope::Fork,
        (false, true) => Scope::PullRequest,
        (false, false) => Scope::Branch,
    };
    Grants {
        secrets,
        deploy,
        docker,
        docker_policy: allowed.docker,
        scope,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Allowed = Allowed {
        secrets: true,
        deploy: true,
        docker: DockerPolicy::Own,
    };

    #[test]
    fn a_fork_gets_nothing_whatever_is_allowed() {
        let grants = decide(
            Facts {
                fork: true,
                pull_request: true,
            },
            ALL,
        );
        assert!(!grants.secrets().given());
        assert!(!grants.deploy().given());
        assert!(!grants.docker().given());
        assert_eq!(grants.scope(), "fork");
    }

    #[test]
    fn a_pull_request_of_the_repository_gets_secrets_but_never_deploys() {
        let grants = decide(
            Facts {
                fork: false,
                pull_request: true,
            },
            ALL,
        );
        assert!(grants.secrets().given());
        assert!(!grants.deploy().given());
        assert!(grants.docker().given());
        assert_eq!(grants.scope(), "pr");
    }

    #[test]
    fn nothing_is_opened_or_deployed_unasked() {
        let facts = Facts {
            fork: false,
            pull_request: false,
        };
        let grants = decide(
            facts,
            Allowed {
                secrets: false,
                deploy: false,
                docker: DockerPolicy::Own,
            },
        );
        assert_eq!(
            grants.secrets().reason(),
            Some("secrets stay closed without --secrets")
        );
        assert_eq!(
            grants.deploy().reason(),
            Some("deploy entries only run with --deploy")
        );
    }
}
