//! What a commit is told when nothing of it ran (decision 29).
//!
//! A push may be let through. A pull request must not wave itself through: its own changes to the
//! config decide nothing about its status.

use super::skip::Refusal;
use crate::report::status::{CommitStatus, StatusState, plain};
use schema::request::Event;
use serde::{Deserialize, Serialize};

/// What a push is told when nothing of it ran: the setting `status.nothing_ran`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPush {
    /// `success`, so that a required status does not hold up what was left out on purpose.
    #[default]
    Success,
    /// `pending`: somebody is to look.
    Pending,
    /// No status at all, as Travis CI does it.
    None,
}

/// The status of a commit of which nothing ran; none where none is posted.
///
/// `base_skips` says whether the config of a pull request's base branch would have left it out,
/// too; skip words stay `pending` all the same.
#[must_use]
pub fn status(
    event: Event,
    refusal: &Refusal,
    on_push: OnPush,
    base_skips: bool,
    context: String,
) -> Option<CommitStatus> {
    let state = match (event, refusal) {
        // There is no commit to tell, or the operator wants nothing to be told.
        (
            _,
            Refusal::Deleted
            | Refusal::NoCommit
            | Refusal::Inactive
            | Refusal::PushesOff
            | Refusal::PullRequestsOff,
        ) => return None,
        (Event::PullRequest, Refusal::Config(_) | Refusal::Pages(_)) if base_skips => {
            StatusState::Success
        }
        (Event::PullRequest, _) => StatusState::Pending,
        (Event::Push | Event::Cron | Event::Api, _) => match on_push {
            OnPush::Success => StatusState::Success,
            OnPush::Pending => StatusState::Pending,
            OnPush::None => return None,
        },
    };
    Some(plain(context, state, &format!("Skipped: {refusal}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn each_reason_and_event_has_its_answer() {
        let reasons = [
            Refusal::Deleted,
            Refusal::NoCommit,
            Refusal::Inactive,
            Refusal::PushesOff,
            Refusal::PullRequestsOff,
            Refusal::Words("[skip ci]".to_owned()),
            Refusal::Pages("branch is a pages branch".to_owned()),
            Refusal::Config("branch is not in branches.only".to_owned()),
        ];
        let mut table = String::new();
        for refusal in &reasons {
            let name = format!("{refusal:?}");
            let name = name.split('(').next().unwrap();
            write!(table, "{name:<16}").unwrap();
            let answer = |event, on_push, base_skips| {
                let status = status(event, refusal, on_push, base_skips, "c".to_owned());
                status.map_or("none", |status| status.state.as_str())
            };
            for (event, on_push, base_skips) in [
                (Event::Push, OnPush::Success, false),
                (Event::Push, OnPush::Pending, false),
                (Event::Push, OnPush::None, true),
                (Event::PullRequest, OnPush::Success, false),
                (Event::PullRequest, OnPush::None, true),
            ] {
                write!(table, "{:<9}", answer(event, on_push, base_skips)).unwrap();
            }
            table = table.trim_end().to_owned() + "\n";
        }
        // push with each setting; pull request whose base does not skip, and whose base does
        insta::assert_snapshot!(table, @r"
        Deleted         none     none     none     none     none
        NoCommit        none     none     none     none     none
        Inactive        none     none     none     none     none
        PushesOff       none     none     none     none     none
        PullRequestsOff none     none     none     none     none
        Words           success  pending  none     pending  pending
        Pages           success  pending  none     pending  success
        Config          success  pending  none     pending  success
        ");
    }

    #[test]
    fn the_text_names_the_reason() {
        let refusal = Refusal::Words("[ci skip]".to_owned());
        let context = "continuous-integration/agent/pr".to_owned();
        let status = status(Event::PullRequest, &refusal, OnPush::Success, true, context).unwrap();
        assert_eq!(
            status.description,
            "Skipped: the commit message says [ci skip]"
        );
        assert_eq!(status.context, "continuous-integration/agent/pr");
    }
}
