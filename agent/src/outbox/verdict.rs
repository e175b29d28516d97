//! What becomes of a status that was sent. Pure.

use crate::github::GithubError;
use crate::store::PendingStatus;
use jiff::{SignedDuration, Timestamp};

/// For how long a status is worth sending.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// The longest pause between two tries.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);

/// What becomes of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// GitHub has it.
    Sent,
    /// It is sent again then.
    Again {
        /// Why.
        error: String,
        /// When.
        until: Timestamp,
    },
    /// It is not sent any more.
    Never {
        /// Why.
        error: String,
    },
}

/// The verdict on GitHub's answer. What is not certain is sent again: the same status twice does no
/// harm (R20), a missing one does.
pub(super) fn of(
    answer: Result<(), GithubError>,
    status: &PendingStatus,
    now: Timestamp,
) -> Verdict {
    let Err(error) = answer else {
        return Verdict::Sent;
    };
    let text = error.to_string();
    // Other refusals may be of a commit that GitHub does not see yet, or a proxy's.
    let lasting = error.is_status_limit();
    // A repository that can't be seen may be a token that was put in wrong.
    if lasting || now.duration_since(status.changed) > PATIENCE {
        return Verdict::Never { error: text };
    }
    let pause = SignedDuration::from_secs(1 << status.tries.min(9)).min(LONGEST);
    let then = now.checked_add(pause).unwrap_or(now);
    let until = match error {
        GithubError::RateLimited { until, .. } => until.max(then),
        _ => then,
    };
    Verdict::Again { error: text, until }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::status::{CommitStatus, StatusState};
    use crate::store::{RepositoryId, StatusKey};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn status(tries: u32) -> PendingStatus {
        PendingStatus {
            key: StatusKey {
                repository: RepositoryId(7),
                sha: "2222222222222222222222222222222222222222".to_owned(),
                context: "ci/push".to_owned(),
            },
            status: CommitStatus {
                context: "ci/push".to_owned(),
                state: StatusState::Success,
                description: String::new(),
            },
            target: "/acme/widget/builds/1".to_owned(),
            version: 1,
            tries,
            changed: at(0),
        }
    }

    fn until(verdict: &Verdict) -> Option<Timestamp> {
        match verdict {
            Verdict::Again { until, .. } => Some(*until),
            Verdict::Sent | Verdict::Never { .. } => None,
        }
    }

    const ASK: &str = "POST /x";

    #[test]
    fn what_is_uncertain_is_sent_again_with_growing_pauses() {
        let lost = || {
            Err(GithubError::NotFound {
                ask: ASK.to_owned(),
            })
        };
        let pauses = [0, 3, 9, 99].map(|tries| until(&of(lost(), &status(tries), at(0))));
        assert_eq!(pauses, [1, 8, 300, 300].map(|pause| Some(at(pause))));
    }

    #[test]
    fn a_limit_is_obeyed_and_a_refusal_is_final() {
        let limited = GithubError::RateLimited {
            ask: ASK.to_owned(),
            until: at(60),
        };
        assert_eq!(until(&of(Err(limited), &status(0), at(0))), Some(at(60)));
        let refused = |said: &str| GithubError::Unprocessable {
            ask: ASK.to_owned(),
            said: said.to_owned(),
        };
        assert_eq!(
            until(&of(Err(refused("No commit found")), &status(0), at(0))),
            Some(at(1))
        );
        let full = "This SHA and context has reached the maximum number of statuses.";
        assert!(matches!(
            of(Err(refused(full)), &status(0), at(0)),
            Verdict::Never { .. }
        ));
    }

    #[test]
    fn after_three_days_nobody_waits_for_it() {
        let lost = GithubError::NotFound {
            ask: ASK.to_owned(),
        };
        let late = at(72 * 3600 + 1);
        assert!(matches!(
            of(Err(lost), &status(0), late),
            Verdict::Never { .. }
        ));
    }
}
