//! Who may have what. The only maker of [`Grants`], and the only reader of a fork flag.
//!
//! Pure: facts and the operator's word in, grants with reasons out (decision 31). Beside it, as
//! pure: whether an event makes a build at all ([`skip`]), what a commit is told when nothing of it
//! ran ([`nothing_ran`]), and what a config may import ([`imports`]).

mod allowed;
mod facts;
mod grants;
pub mod imports;
pub mod nothing_ran;
pub mod skip;

pub use allowed::{Allowed, Approval, DaemonAllowed, DockerPolicy, RunAllowed, trusted};
pub use facts::{Facts, is_approved, is_fork, needs_approval};
pub use grants::{Grant, Grants, Scope};

/// Decides what a build gets.
#[must_use]
pub fn decide(facts: &Facts, allowed: &Allowed<'_>) -> Grants {
    Grants {
        secrets: secrets(facts, allowed),
        deploy: deploy(facts, allowed),
        docker: docker(facts, allowed),
        docker_policy: match allowed {
            Allowed::Run(run) => run.docker,
            // The machine's own engine is never lent to strangers' jobs (decision 15).
            Allowed::Daemon(_) => DockerPolicy::Own,
        },
        scope: scope(facts),
    }
}

/// Whose builds may wait for and cancel each other by a group of `concurrency:`, as a stable word:
/// those of people who may push, and those of each pull request from a fork by itself.
#[must_use]
pub fn group_scope(facts: &Facts) -> String {
    match scope(facts) {
        Scope::Branch | Scope::PullRequest => "own".to_owned(),
        Scope::Fork(pull_request) => format!("fork-{pull_request}"),
    }
}

fn scope(facts: &Facts) -> Scope {
    match (facts.fork, facts.number()) {
        (true, number) => Scope::Fork(number.unwrap_or_default()),
        (false, Some(_)) => Scope::PullRequest,
        (false, None) => Scope::Branch,
    }
}

fn secrets(facts: &Facts, allowed: &Allowed<'_>) -> Grant {
    match allowed {
        _ if facts.fork => Grant::Refused("pull requests from forks get no secrets"),
        Allowed::Run(run) if !run.secrets => {
            Grant::Refused("secrets stay closed without --secrets")
        }
        _ => Grant::Given,
    }
}

fn deploy(facts: &Facts, allowed: &Allowed<'_>) -> Grant {
    match allowed {
        _ if facts.fork || facts.pull_request.is_some() => {
            Grant::Refused("the current build is a pull request")
        }
        Allowed::Run(run) if !run.deploy => Grant::Refused("deploy entries only run with --deploy"),
        _ => Grant::Given,
    }
}

fn docker(facts: &Facts, allowed: &Allowed<'_>) -> Grant {
    match allowed {
        Allowed::Daemon(daemon) if !daemon.docker => Grant::Refused(
            "the operator of the agent has not listed this repository in \
             docker.trusted_repositories",
        ),
        Allowed::Daemon(daemon) if facts.fork && !facts.approved(daemon.approvals) => {
            Grant::Refused(
                "pull requests from forks get no Docker before somebody has approved this very commit",
            )
        }
        Allowed::Run(_) if facts.fork => Grant::Refused(
            "pull requests from forks get no Docker before somebody has approved them",
        ),
        _ => Grant::Given,
    }
}

#[cfg(test)]
mod tests;
