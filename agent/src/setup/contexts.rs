//! Which statuses a branch is to wait for, purely.

use crate::report::status::ContextKind;
use crate::store::RepositorySettings;

/// What Travis CI's contexts begin with.
const TRAVIS: &str = "continuous-integration/travis-ci";

/// The context to require: that of pull requests, since a fork's commits have no other; where those
/// are not built, that of pushes; none where nothing is built.
pub(super) fn wanted(prefix: &str, settings: &RepositorySettings) -> Option<String> {
    let kind = if settings.build_pull_requests {
        ContextKind::PullRequest
    } else if settings.build_pushes {
        ContextKind::Push
    } else {
        return None;
    };
    Some(kind.context(prefix))
}

/// The agent's contexts among those that are required.
pub(super) fn ours<'a>(prefix: &str, required: &'a [String]) -> Vec<&'a str> {
    let kinds = [
        ContextKind::Push,
        ContextKind::PullRequest,
        ContextKind::Cron,
        ContextKind::Api,
    ];
    let ours = kinds.map(|kind| kind.context(prefix));
    let is_ours = |context: &&String| ours.contains(*context);
    required
        .iter()
        .filter(is_ours)
        .map(String::as_str)
        .collect()
}

/// Travis CI's contexts among those that are required, less those that are the agent's own by now.
pub(super) fn travis<'a>(prefix: &str, required: &'a [String]) -> Vec<&'a str> {
    let ours = ours(prefix, required);
    let contexts = required.iter().map(String::as_str);
    contexts
        .filter(|context| context.starts_with(TRAVIS) && !ours.contains(context))
        .collect()
}

/// The prefix under which the agent's statuses would be what Travis CI's were.
pub(super) fn prefix_of(context: &str) -> &str {
    let end = context.strip_suffix("/pr");
    end.or_else(|| context.strip_suffix("/push"))
        .unwrap_or(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_waits_for_what_every_pull_request_gets() {
        let settings = |build_pushes, build_pull_requests| RepositorySettings {
            build_pushes,
            build_pull_requests,
            ..RepositorySettings::default()
        };
        let wanted = |pushes, pulls| wanted("ci", &settings(pushes, pulls));
        assert_eq!(wanted(true, true).as_deref(), Some("ci/pr"));
        assert_eq!(wanted(false, true).as_deref(), Some("ci/pr"));
        assert_eq!(wanted(true, false).as_deref(), Some("ci/push"));
        assert_eq!(wanted(false, false), None);
    }

    #[test]
    fn contexts_of_travis_are_seen_unless_they_are_ours_by_now() {
        let required = ["lint", "continuous-integration/travis-ci/pr"].map(str::to_owned);
        let seen = travis("continuous-integration/agent", &required);
        assert_eq!(seen, ["continuous-integration/travis-ci/pr"]);
        assert_eq!(prefix_of(seen[0]), "continuous-integration/travis-ci");
        assert!(travis("continuous-integration/travis-ci", &required).is_empty());
        assert_eq!(
            ours("continuous-integration/travis-ci", &required),
            ["continuous-integration/travis-ci/pr"]
        );
    }
}
