//! A delivery that can't be handled now: whether, when and how often it is tried again.

use crate::github::GithubError;
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};

/// For how long a delivery is tried again before it ends as an error. GitHub keeps deliveries for
/// three days; an outage or a revoked token over a weekend loses nothing.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// The longest pause between two tries.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// How often GitHub is asked for a trial merge at least.
const MERGE_TRIES: u32 = 10;
/// How long GitHub may take for a trial merge.
const MERGE_PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Why a delivery can't be handled now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// GitHub.
    #[error(transparent)]
    Github(#[from] GithubError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// GitHub tells of an older head than its own delivery did.
    #[error("GitHub still answers with the former head")]
    OldHead,
    /// GitHub has not made the trial merge of a pull request yet.
    #[error("GitHub has not made the merge commit of the pull request yet")]
    NoMergeYet,
    /// What is to be built again was canceled, and its last jobs still run.
    #[error("build {0} of the same commit was canceled, and still has to end before it runs again")]
    StillEnding(u64),
    /// Another agent noted something else of a ref, while this one asked GitHub about it.
    #[error("another agent noted another commit meanwhile")]
    Overtaken,
    /// The agent broke while it handled the delivery.
    #[error("the agent broke while it handled this; that is a mistake of its own")]
    Broke,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Try again then.
    Again(Timestamp),
    /// It ends as an error.
    GiveUp,
}

impl Trouble {
    /// Whether it says nothing about how later deliveries would fare.
    pub(super) fn is_its_own(&self) -> bool {
        matches!(self, Self::NoMergeYet | Self::OldHead)
    }

    /// What to do after `tries` tries in vain before this one, of a delivery that came at `received`.
    pub(super) fn next(&self, tries: u32, received: Timestamp, now: Timestamp) -> Next {
        let (lasting, patience, not_before) = match self {
            // Asking makes GitHub begin: an outage before the first question does not count.
            Self::NoMergeYet | Self::OldHead if tries < MERGE_TRIES => (false, PATIENCE, None),
            Self::NoMergeYet | Self::OldHead => (false, MERGE_PATIENCE, None),
            Self::Store(_) | Self::StillEnding(_) | Self::Overtaken => (false, PATIENCE, None),
            Self::Github(GithubError::RateLimited { until, .. }) => (false, PATIENCE, Some(*until)),
            // A token can be put right, and one that was put in wrong sees no repository.
            Self::Github(error) => (is_lasting(error), PATIENCE, None),
            // The same once more would come of it.
            Self::Broke => (true, PATIENCE, None),
        };
        if lasting || now.duration_since(received) > patience {
            return Next::GiveUp;
        }
        let pause = SignedDuration::from_secs(1 << tries.min(9)).min(LONGEST);
        let then = now.checked_add(pause).unwrap_or(now);
        Next::Again(not_before.map_or(then, |until| until.max(then)))
    }
}

fn is_lasting(error: &GithubError) -> bool {
    matches!(
        error,
        GithubError::Gone { .. } | GithubError::Unprocessable { .. } | GithubError::TooLong { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    #[test]
    fn pauses_grow_to_five_minutes_and_end_after_three_days() {
        let trouble = Trouble::Store(StoreError::Busy("x".to_owned()));
        let pauses = [0, 1, 3, 8, 9, 4_000_000].map(|tries| trouble.next(tries, at(0), at(0)));
        assert_eq!(
            pauses,
            [1, 2, 8, 256, 300, 300].map(|pause| Next::Again(at(pause)))
        );
        assert_eq!(trouble.next(9, at(0), at(72 * 3600 + 1)), Next::GiveUp);
    }

    #[test]
    fn a_limit_of_calls_is_waited_for() {
        let ask = "GET /x".to_owned();
        let trouble = Trouble::Github(GithubError::RateLimited {
            ask,
            until: at(900),
        });
        assert_eq!(trouble.next(0, at(0), at(0)), Next::Again(at(900)));
    }

    #[test]
    fn what_will_not_change_is_given_up_and_a_missing_merge_soon() {
        let gone = GithubError::Gone {
            ask: "GET /x".to_owned(),
            said: "Gone".to_owned(),
        };
        assert_eq!(Trouble::Github(gone).next(0, at(0), at(0)), Next::GiveUp);
        let late = at(601);
        assert_eq!(Trouble::NoMergeYet.next(10, at(0), late), Next::GiveUp);
        // The daemon was down: GitHub was not asked yet.
        assert_ne!(Trouble::NoMergeYet.next(0, at(0), late), Next::GiveUp);
    }
}
