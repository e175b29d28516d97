//! What becomes of a status that was sent. Pure.

use crate::github::{GithubError, Posted};
use crate::store::PendingStatus;
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// For how long a status is worth sending.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// The longest pause between two tries.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// A call that was given up has arrived by then, or never will.
const ARRIVED: SignedDuration = SignedDuration::from_secs(15);
/// After so many tries a status that GitHub took is not looked at again: somebody else posts to the
/// same context, or GitHub shows another text than it was given.
const LOOKS: u32 = 5;

/// What becomes of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// GitHub has it.
    Sent {
        /// It was posted just now; else GitHub had it already.
        posted: bool,
    },
    /// GitHub took it, and is asked then whether something older has overtaken it.
    Look {
        /// When.
        until: Timestamp,
    },
    /// It is tried again then.
    Again {
        /// Why.
        error: String,
        /// When.
        until: Timestamp,
        /// Whether GitHub may have it all the same.
        sent: bool,
    },
    /// It is not sent any more.
    Never {
        /// Why.
        error: String,
    },
}

/// The verdict on GitHub's answer to a post.
pub(super) fn of(
    answer: Result<(), GithubError>,
    status: &PendingStatus,
    now: Timestamp,
) -> Verdict {
    match answer {
        Ok(()) if status.doubt && status.tries < LOOKS => Verdict::Look {
            until: now.checked_add(ARRIVED).unwrap_or(now),
        },
        Ok(()) => Verdict::Sent { posted: true },
        Err(error) => {
            let sent = is_uncertain(&error);
            failed(&error, status, sent, now)
        }
    }
}

/// The verdict on what GitHub knows of a commit whose context is in doubt; `None` where the status
/// is to be posted.
pub(super) fn of_look(
    known: Result<Vec<Posted>, GithubError>,
    status: &PendingStatus,
    target: Option<&Url>,
    now: Timestamp,
) -> Option<Verdict> {
    match known {
        Ok(known) => {
            let mut known = known.iter();
            let newest = known.find(|one| one.context == status.status.context)?;
            is_same(newest, status, target).then_some(Verdict::Sent { posted: false })
        }
        // Who may post, and not look, posts once more.
        Err(error) if error.again(status.tries, now).is_none() => None,
        Err(error) => Some(failed(&error, status, false, now)),
    }
}

fn failed(error: &GithubError, status: &PendingStatus, sent: bool, now: Timestamp) -> Verdict {
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
        GithubError::RateLimited { until, .. } => (*until).max(then),
        _ => then,
    };
    Verdict::Again {
        error: text,
        until,
        sent,
    }
}

/// Whether GitHub may have done what it was asked for.
fn is_uncertain(error: &GithubError) -> bool {
    matches!(
        error,
        GithubError::Temporary { .. } | GithubError::TooLong { .. }
    )
}

fn is_same(known: &Posted, status: &PendingStatus, target: Option<&Url>) -> bool {
    let text = known.description.as_deref().unwrap_or_default();
    known.state == status.status.state.as_str()
        && text.trim() == status.status.description.trim()
        && known.target_url.as_deref() == target.map(Url::as_str)
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
            doubt: false,
        }
    }

    fn until(verdict: &Verdict) -> Option<Timestamp> {
        match verdict {
            Verdict::Again { until, .. } => Some(*until),
            Verdict::Look { until } => Some(*until),
            Verdict::Sent { .. } | Verdict::Never { .. } => None,
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

    fn temporary() -> GithubError {
        GithubError::Temporary {
            ask: ASK.to_owned(),
            said: "502".to_owned(),
        }
    }

    fn in_doubt(tries: u32) -> PendingStatus {
        PendingStatus {
            doubt: true,
            ..status(tries)
        }
    }

    fn look(
        known: Result<&[(&str, &str, &str)], GithubError>,
        status: &PendingStatus,
    ) -> Option<Verdict> {
        let target = Url::parse("https://ci.example/acme/widget/builds/1").unwrap();
        let posted = |(context, state, text): &(&str, &str, &str)| Posted {
            context: (*context).to_owned(),
            state: (*state).to_owned(),
            description: Some((*text).to_owned()),
            target_url: Some(target.to_string()),
        };
        let known = known.map(|known| known.iter().map(posted).collect());
        of_look(known, status, Some(&target), at(0))
    }

    #[test]
    fn only_a_call_without_an_answer_leaves_a_doubt() {
        let sent = |error| match of(Err(error), &status(0), at(0)) {
            Verdict::Again { sent, .. } => sent,
            other => panic!("{other:?}"),
        };
        let refused = GithubError::NotFound {
            ask: ASK.to_owned(),
        };
        assert!(sent(temporary()) && !sent(refused));
    }

    #[test]
    fn what_is_posted_in_doubt_is_looked_at_again_and_not_for_ever() {
        let looked = of(Ok(()), &in_doubt(1), at(0));
        assert_eq!(until(&looked), Some(at(15)));
        let sent = Verdict::Sent { posted: true };
        assert_eq!(of(Ok(()), &in_doubt(LOOKS), at(0)), sent);
        assert_eq!(of(Ok(()), &status(1), at(0)), sent);
    }

    #[test]
    fn what_github_has_is_not_posted_again() {
        let there = [("other", "error", "No"), ("ci/push", "success", "")];
        let sent = Some(Verdict::Sent { posted: false });
        assert_eq!(look(Ok(&there), &in_doubt(1)), sent);
        for other in [
            &[][..],
            &[("ci/push", "pending", "")],
            &[("ci/push", "success", "1 passed")],
        ] {
            assert_eq!(look(Ok(other), &in_doubt(1)), None, "{other:?}");
        }
    }

    #[test]
    fn a_look_that_fails_is_taken_again_and_one_that_is_forbidden_is_left() {
        let failed = look(Err(temporary()), &in_doubt(1));
        assert!(matches!(failed, Some(Verdict::Again { sent: false, .. })));
        let forbidden = GithubError::NotFound {
            ask: ASK.to_owned(),
        };
        assert_eq!(look(Err(forbidden), &in_doubt(1)), None);
    }
}
