//! Commit statuses: what gates a pull request (decision 30).

use super::duration;
use crate::scheduler::{BuildState, State};
use std::time::Duration;

/// The state of a commit status, as GitHub names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// Not decided.
    Pending,
    /// May be merged.
    Success,
    /// The project's commands failed.
    Failure,
    /// Something around them failed, or somebody canceled.
    Error,
}

impl StatusState {
    /// GitHub's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }

    /// The state of GitHub's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Success, Self::Failure, Self::Error]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// One commit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitStatus {
    /// `continuous-integration/agent/push` or `/pr` …
    pub context: String,
    /// How it is.
    pub state: StatusState,
    /// One line, at most 140 characters.
    pub description: String,
}

/// The part of the context behind the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextKind {
    /// A branch or tag was pushed.
    Push,
    /// A pull request.
    PullRequest,
    /// A time came.
    Cron,
    /// Asked for through the API.
    Api,
}

impl ContextKind {
    /// The whole context.
    #[must_use]
    pub fn context(self, prefix: &str) -> String {
        let kind = match self {
            Self::Push => "push",
            Self::PullRequest => "pr",
            Self::Cron => "cron",
            Self::Api => "api",
        };
        format!("{prefix}/{kind}")
    }
}

/// The prefix that contexts have unless the settings say otherwise.
pub const DEFAULT_PREFIX: &str = "continuous-integration/agent";

/// GitHub cuts, or refuses, what is longer.
const DESCRIPTION_LIMIT: usize = 140;

/// Whether no job of a build has begun: it waits for a place.
fn waits(build: &BuildState) -> bool {
    let waiting = |state| matches!(state, State::Created | State::Queued | State::Skipped);
    build.jobs.iter().all(|job| waiting(job.state()))
}

/// The status of a build; `name` gives a job's name by its number.
#[must_use]
pub fn of_build(
    context: String,
    build: &BuildState,
    took: Duration,
    name: impl Fn(u32) -> String,
) -> CommitStatus {
    let of = |state: State| build.jobs.iter().filter(move |job| job.state() == state);
    let passed = of(State::Passed).count();
    let total = build
        .jobs
        .iter()
        .filter(|job| job.state() != State::Skipped)
        .count();
    let first = |state: State| {
        of(state)
            .find(|job| !job.allow_failure)
            .map(|job| name(job.number))
            .unwrap_or_default()
    };
    let (state, description) = match build.state() {
        State::Created | State::Queued | State::Started if waits(build) => (
            StatusState::Pending,
            format!("Waiting: {} queued", jobs(total)),
        ),
        State::Created | State::Queued | State::Started => (
            StatusState::Pending,
            format!("Running: {passed} of {} passed", jobs(total)),
        ),
        State::Passed | State::Skipped => {
            let may_fail = build
                .jobs
                .iter()
                .filter(|job| {
                    job.allow_failure
                        && job.state().is_final()
                        && !matches!(job.state(), State::Passed | State::Skipped)
                })
                .count();
            let note = if may_fail > 0 {
                format!(", {may_fail} allowed to fail did")
            } else {
                String::new()
            };
            (
                StatusState::Success,
                format!(
                    "Passed: {passed} of {}{note}, {}",
                    jobs(total),
                    duration::short(took)
                ),
            )
        }
        State::Failed => (
            StatusState::Failure,
            format!(
                "Failed: {}; {passed} of {} passed, {}",
                first(State::Failed),
                jobs(total),
                duration::short(took)
            ),
        ),
        State::Errored => (
            StatusState::Error,
            format!(
                "Errored: {}; {passed} of {} passed, {}",
                first(State::Errored),
                jobs(total),
                duration::short(took)
            ),
        ),
        State::Canceled => (
            StatusState::Error,
            format!(
                "Canceled: {passed} of {} passed, {}",
                jobs(total),
                duration::short(took)
            ),
        ),
    };
    CommitStatus {
        context,
        state,
        description: cut(&description),
    }
}

/// The status of a canceled build that gave way to a newer one, with the reason.
#[must_use]
pub fn gave_way(status: CommitStatus, why: &str) -> CommitStatus {
    let said = status.description.strip_prefix("Canceled: ");
    let said = said.unwrap_or(&status.description);
    CommitStatus {
        description: cut(&format!("Canceled: {why}; {said}")),
        ..status
    }
}

/// What the status of a build calls the job that decided it: of one that could not be run as meant
/// with the reason, so that a limit is named where people look first.
#[must_use]
pub fn of_job(build: &BuildState, number: u32, title: &str, reason: Option<&str>) -> String {
    let errored = build.job(number).map(|job| job.state()) == Some(State::Errored);
    match reason.filter(|_| errored) {
        Some(reason) => format!("{title}: {reason}"),
        None => title.to_owned(),
    }
}

/// A status that is no build's: the config was refused, or nothing is to run.
#[must_use]
pub fn plain(context: String, state: StatusState, description: &str) -> CommitStatus {
    CommitStatus {
        context,
        state,
        description: cut(description),
    }
}

fn jobs(count: usize) -> String {
    if count == 1 {
        "1 job".to_owned()
    } else {
        format!("{count} jobs")
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_LIMIT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(DESCRIPTION_LIMIT - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::JobState;

    fn build(state: State, jobs: &[(State, bool)]) -> BuildState {
        let job = |(at, &(state, allow_failure)): (usize, &(State, bool))| {
            JobState::stored(u32::try_from(at).unwrap_or(0) + 1, 0, allow_failure, state)
        };
        let jobs = jobs.iter().enumerate().map(job).collect();
        BuildState::stored(jobs, 1, false, state)
    }

    fn text(build: &BuildState) -> String {
        let context = ContextKind::Push.context(DEFAULT_PREFIX);
        let status = of_build(context, build, Duration::from_secs(83), |n| {
            format!("Job {n}")
        });
        format!(
            "{} {} {}",
            status.context,
            status.state.as_str(),
            status.description
        )
    }

    #[test]
    fn every_state_says_what_a_reviewer_wants_to_know() {
        use State::{Canceled, Errored, Failed, Passed, Queued, Started};
        let texts = [
            text(&build(Queued, &[(Queued, false), (Queued, false)])),
            text(&build(Started, &[(Passed, false), (Started, false)])),
            text(&build(Passed, &[(Passed, false), (Failed, true)])),
            text(&build(Failed, &[(Passed, false), (Failed, false)])),
            text(&build(Errored, &[(Errored, false)])),
            text(&build(Canceled, &[(Passed, false), (Canceled, false)])),
        ];
        insta::assert_snapshot!(texts.join("\n"), @r"
        continuous-integration/agent/push pending Waiting: 2 jobs queued
        continuous-integration/agent/push pending Running: 1 of 2 jobs passed
        continuous-integration/agent/push success Passed: 1 of 2 jobs, 1 allowed to fail did, 1m 23s
        continuous-integration/agent/push failure Failed: Job 2; 1 of 2 jobs passed, 1m 23s
        continuous-integration/agent/push error Errored: Job 1; 0 of 1 job passed, 1m 23s
        continuous-integration/agent/push error Canceled: 1 of 2 jobs passed, 1m 23s
        ");
    }

    #[test]
    fn a_build_that_gave_way_says_to_whom() {
        use State::{Canceled, Passed};
        let build = build(Canceled, &[(Passed, false), (Canceled, false)]);
        let status = of_build(String::new(), &build, Duration::from_secs(3), |_| {
            String::new()
        });
        assert_eq!(
            gave_way(status, "build 14 took the group deploy").description,
            "Canceled: build 14 took the group deploy; 1 of 2 jobs passed, 3.0s"
        );
    }

    #[test]
    fn a_long_description_is_cut_at_githubs_limit() {
        let status = plain("c".to_owned(), StatusState::Error, &"ä".repeat(200));
        assert_eq!(status.description.chars().count(), 140);
    }
}
