//! `retry:` – a job that did not pass runs again by itself, as a new attempt.

use super::{BuildState, Effect, JobState, State, step::find};
use schema::plan::{self, RetryOn};

/// After which results a job runs again, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    /// How often at most.
    pub count: u8,
    /// After `failed`.
    pub failed: bool,
    /// After `errored`: a limit that was reached, an image that could not be had.
    pub errored: bool,
}

impl Retry {
    /// From a job's `retry:`; without `on` both results count.
    #[must_use]
    pub fn of(planned: Option<&plan::Retry>) -> Self {
        let Some(plan::Retry { count, on }) = planned else {
            return Self::default();
        };
        let after = |result| on.is_empty() || on.contains(&result);
        Self {
            count: *count,
            failed: after(RetryOn::Failed),
            errored: after(RetryOn::Errored),
        }
    }

    fn after(self, state: State) -> bool {
        match state {
            State::Failed => self.failed,
            State::Errored => self.errored,
            _ => false,
        }
    }
}

/// Queues a job that runs and has ended so again, where its `retry:` has one left. Not one that
/// somebody asked to stop, nor one of a build whose result is known.
pub(super) fn again(
    build: &mut BuildState,
    number: u32,
    state: State,
    effects: &mut Vec<Effect>,
) -> bool {
    let over = build.state.is_final();
    let may = |job: &&mut JobState| {
        let runs = job.state == State::Started && !job.stopping && !over;
        runs && job.retry.after(state) && job.retried < job.retry.count
    };
    let Some(job) = find(build, number).filter(may) else {
        return false;
    };
    job.retried += 1;
    job.state = State::Queued;
    effects.push(Effect::Enqueue(number));
    true
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Restart, step};
    use super::*;

    const BOTH: Retry = Retry {
        count: 2,
        failed: true,
        errored: true,
    };

    /// A build of one job that runs.
    fn running(retry: Retry) -> BuildState {
        let job = JobState::stored(1, 0, false, State::Created).with_retry(retry, 0);
        let mut build = BuildState::stored(vec![job], 1, false, State::Created);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        build
    }

    /// Ends the job so, starts it again where it may, and tells whether the build goes on.
    fn goes_on(build: &mut BuildState, event: Event) -> bool {
        step(build, event);
        step(build, Event::JobStarted(1));
        !build.state().is_final()
    }

    #[test]
    fn a_job_runs_again_as_often_as_it_says_and_the_build_waits_for_it() {
        let mut build = running(BOTH);
        let effects = step(&mut build, Event::JobEnded(1, State::Failed));
        assert_eq!(effects, [Effect::Enqueue(1)]);
        assert_eq!(
            (build.state(), build.jobs[0].retried()),
            (State::Started, 1)
        );
        step(&mut build, Event::JobStarted(1));
        assert!(goes_on(&mut build, Event::JobEnded(1, State::Errored)));
        assert!(!goes_on(&mut build, Event::JobEnded(1, State::Failed)));
        assert_eq!(build.state(), State::Failed);
        step(&mut build, Event::Restart(Restart::All));
        assert_eq!(build.jobs[0].retried(), 0, "a person's restart begins anew");
    }

    #[test]
    fn a_job_that_passes_the_second_time_has_passed() {
        let mut build = running(BOTH);
        assert!(goes_on(&mut build, Event::JobEnded(1, State::Failed)));
        step(&mut build, Event::JobEnded(1, State::Passed));
        assert_eq!(build.state(), State::Passed);
    }

    #[test]
    fn only_the_results_of_on_count() {
        let planned = |on| plan::Retry { count: 1, on };
        for (on, failed, errored) in [
            (vec![], true, true),
            (vec![RetryOn::Failed], true, false),
            (vec![RetryOn::Errored], false, true),
        ] {
            let retry = Retry::of(Some(&planned(on)));
            assert_eq!((retry.failed, retry.errored), (failed, errored));
            for (state, again) in [(State::Failed, failed), (State::Errored, errored)] {
                let mut build = running(retry);
                assert_eq!(goes_on(&mut build, Event::JobEnded(1, state)), again);
            }
        }
        assert_eq!(Retry::of(None).count, 0);
    }

    #[test]
    fn what_was_canceled_had_deployed_or_was_lost_does_not_run_again() {
        for event in [
            Event::JobEnded(1, State::Canceled),
            Event::JobDeployed(1, State::Errored),
            Event::JobLost(1),
        ] {
            let mut build = running(BOTH);
            assert!(!goes_on(&mut build, event), "{event:?}");
        }
        let mut build = running(BOTH);
        step(&mut build, Event::CancelJob(1));
        assert!(
            !goes_on(&mut build, Event::JobEnded(1, State::Failed)),
            "it was asked to stop"
        );
    }

    #[test]
    fn a_job_that_does_not_count_does_not_run_again_after_the_builds_result() {
        let retrying =
            |number, allow| JobState::stored(number, 0, allow, State::Created).with_retry(BOTH, 0);
        let jobs = vec![retrying(1, false), retrying(2, true)];
        let mut build = BuildState::stored(jobs, 1, true, State::Created);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        step(&mut build, Event::JobStarted(2));
        let effects = step(&mut build, Event::JobEnded(1, State::Passed));
        assert_eq!(effects, [Effect::BuildEnded(State::Passed)]);
        assert_eq!(step(&mut build, Event::JobEnded(2, State::Failed)), []);
    }
}
