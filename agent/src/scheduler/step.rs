//! One step of a build's life.

use super::restart::{Restart, restart};
use super::retry::again;
use super::{BuildState, JobState, State, combine};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The build may begin.
    Begin,
    /// A job has got a place and runs.
    JobStarted(u32),
    /// A job ended; the state is final. It runs again where its `retry:` says so.
    JobEnded(u32, State),
    /// The same of a job that had begun to deploy: it never runs again by itself (reliability P4).
    JobDeployed(u32, State),
    /// Somebody canceled one job.
    CancelJob(u32),
    /// Somebody canceled the build.
    CancelBuild,
    /// A newer build makes this one pointless: jobs that run may end, the others are canceled.
    CancelWaiting,
    /// A newer build or job took the build's group: what runs is stopped, the rest canceled.
    GiveWay,
    /// The same of one job's group.
    JobGivesWay(u32),
    /// The agent of a job that runs is gone, and nothing of the job had reached the outside: it
    /// waits again in the same attempt. One that was being stopped is canceled instead.
    Requeue(u32),
    /// The agent of a job is gone for good: the job is canceled where that was asked for, else
    /// errored.
    JobLost(u32),
    /// Somebody wants jobs of a finished build to run again; changes nothing where none can.
    Restart(Restart),
    /// The branch or pull request points to this build's commit again: what was canceled for a newer
    /// one runs after all. Changes nothing where nothing was, or while a job still runs.
    NewestAgain,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The job waits for a place from now on.
    Enqueue(u32),
    /// The job runs and must be stopped; its end comes as an event.
    Stop(u32),
    /// The job was canceled before it ran.
    Canceled(u32),
    /// The build runs: the first of its jobs was queued.
    BuildStarted,
    /// The build's result is known. Under `fast_finish` jobs that may fail can still run.
    BuildEnded(State),
}

/// Applies an event and says what is to be done.
///
/// Events that come late (a job ends twice, starts after its end) change nothing: states only go
/// forward, and the first final state wins (reliability P3, P10). The exceptions are
/// [`Event::Requeue`], by which a job that runs waits again, and [`Event::Restart`],
/// [`Event::NewestAgain`] and `retry:`, by which jobs that have ended begin a new attempt.
pub fn step(build: &mut BuildState, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    match event {
        Event::Begin => {}
        Event::JobStarted(number) => {
            if build.job(number).map(|job| job.state) == Some(State::Queued) {
                set(build, number, State::Started);
            }
        }
        Event::JobEnded(number, state) => {
            if state.is_final() && !again(build, number, state, &mut effects) {
                set(build, number, state);
            }
        }
        Event::JobDeployed(number, state) => {
            if state.is_final() {
                set(build, number, state);
            }
        }
        Event::CancelJob(number) => cancel(build, number, &mut effects),
        Event::CancelBuild => {
            for number in numbers(build) {
                cancel(build, number, &mut effects);
            }
            // A person's word, which stands whatever comes.
            build.superseded = false;
        }
        Event::CancelWaiting => {
            for number in numbers(build) {
                if build.job(number).map(|job| job.state) != Some(State::Started) {
                    cancel(build, number, &mut effects);
                }
            }
            build.superseded |= !effects.is_empty() && !build.state.is_final();
        }
        Event::GiveWay => {
            for number in numbers(build) {
                cancel(build, number, &mut effects);
            }
            build.superseded |= !effects.is_empty() && !build.state.is_final();
        }
        Event::JobGivesWay(number) => {
            cancel(build, number, &mut effects);
            build.superseded |= !effects.is_empty() && !build.state.is_final();
        }
        Event::Requeue(number) => requeue(build, number, &mut effects),
        Event::JobLost(number) => lose(build, number),
        Event::Restart(which) => {
            if !restart(build, which) {
                return effects;
            }
        }
        Event::NewestAgain => {
            if !build.superseded || !restart(build, Restart::All) {
                return effects;
            }
        }
    }
    // A single cancellation before the start must not start the rest by itself.
    if event != Event::Begin
        && build.state == State::Created
        && !matches!(
            event,
            Event::CancelBuild
                | Event::CancelWaiting
                | Event::GiveWay
                | Event::Restart(_)
                | Event::NewestAgain
        )
    {
        return effects;
    }
    advance(build, &mut effects);
    // What was asked to stop may have come to its end all the same: then nothing is left to be run.
    build.superseded &= build
        .jobs
        .iter()
        .any(|job| !job.state.is_final() || job.state == State::Canceled);
    effects
}

/// Starts the next stage, or cancels what an earlier stage's failure makes pointless.
fn advance(build: &mut BuildState, effects: &mut Vec<Effect>) {
    for stage in 0..build.stages {
        let waiting: Vec<u32> = build
            .of_stage(stage)
            .filter(|job| job.state == State::Created)
            .map(|job| job.number)
            .collect();
        for number in waiting {
            set(build, number, State::Queued);
            effects.push(Effect::Enqueue(number));
        }
        if build.decided(stage) && build.stage(stage) != State::Passed {
            let others: Vec<u32> = build
                .jobs
                .iter()
                .filter(|job| job.stage != stage && !job.state.is_final())
                .map(|job| job.number)
                .collect();
            for number in others {
                cancel(build, number, effects);
            }
            break;
        }
        if !build.of_stage(stage).all(|job| job.state.is_final()) {
            break;
        }
    }
    finish(build, effects);
}

/// Brings the build's own state up to date.
fn finish(build: &mut BuildState, effects: &mut Vec<Effect>) {
    if build.state.is_final() {
        return;
    }
    if (0..build.stages).all(|stage| build.decided(stage)) {
        let result = (0..build.stages)
            .map(|stage| build.stage(stage))
            .find(|&state| state != State::Passed)
            .unwrap_or(State::Passed);
        debug_assert!(build.stages != 1 || result == combine(&build.jobs));
        build.state = result;
        effects.push(Effect::BuildEnded(result));
    } else if build.state == State::Created {
        build.state = State::Started;
        effects.insert(0, Effect::BuildStarted);
    }
}

fn cancel(build: &mut BuildState, number: u32, effects: &mut Vec<Effect>) {
    match build.job(number).map(|job| job.state) {
        Some(State::Created | State::Queued) => {
            set(build, number, State::Canceled);
            effects.push(Effect::Canceled(number));
        }
        Some(State::Started) => {
            if let Some(job) = find(build, number) {
                job.stopping = true;
            }
            effects.push(Effect::Stop(number));
        }
        _ => {}
    }
}

/// The one way from started back to queued.
fn requeue(build: &mut BuildState, number: u32, effects: &mut Vec<Effect>) {
    let Some(job) = find(build, number).filter(|job| job.state == State::Started) else {
        return;
    };
    if job.stopping {
        lose(build, number);
    } else {
        job.state = State::Queued;
        effects.push(Effect::Enqueue(number));
    }
}

fn lose(build: &mut BuildState, number: u32) {
    let stopping = build.job(number).is_some_and(|job| job.stopping);
    let state = if stopping {
        State::Canceled
    } else {
        State::Errored
    };
    set(build, number, state);
}

pub(super) fn find(build: &mut BuildState, number: u32) -> Option<&mut JobState> {
    build.jobs.iter_mut().find(|job| job.number == number)
}

fn set(build: &mut BuildState, number: u32, state: State) {
    if let Some(job) = find(build, number)
        && state.rank() > job.state.rank()
    {
        job.state = state;
        job.stopping = false;
    }
}

fn numbers(build: &BuildState) -> Vec<u32> {
    build.jobs.iter().map(|job| job.number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(stages: &[&[bool]], fast_finish: bool) -> BuildState {
        let mut jobs = Vec::new();
        for (stage, allow) in stages.iter().enumerate() {
            for &allow_failure in *allow {
                let number = u32::try_from(jobs.len()).unwrap_or(0) + 1;
                jobs.push(JobState::stored(
                    number,
                    stage,
                    allow_failure,
                    State::Created,
                ));
            }
        }
        BuildState {
            jobs,
            stages: stages.len(),
            fast_finish,
            state: State::Created,
            superseded: false,
        }
    }

    #[test]
    fn a_stage_starts_when_all_of_the_one_before_has_passed() {
        let mut build = build(&[&[false, false], &[false]], false);
        let effects = step(&mut build, Event::Begin);
        assert_eq!(
            effects,
            [Effect::BuildStarted, Effect::Enqueue(1), Effect::Enqueue(2)]
        );
        step(&mut build, Event::JobStarted(1));
        assert_eq!(step(&mut build, Event::JobEnded(1, State::Passed)), []);
        let effects = step(&mut build, Event::JobEnded(2, State::Passed));
        assert_eq!(effects, [Effect::Enqueue(3)]);
        let effects = step(&mut build, Event::JobEnded(3, State::Passed));
        assert_eq!(effects, [Effect::BuildEnded(State::Passed)]);
    }

    #[test]
    fn a_failed_stage_cancels_the_later_ones_but_not_its_own_jobs() {
        let mut build = build(&[&[false, false], &[false]], false);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(2));
        assert_eq!(step(&mut build, Event::JobEnded(1, State::Failed)), []);
        let effects = step(&mut build, Event::JobEnded(2, State::Passed));
        assert_eq!(
            effects,
            [Effect::Canceled(3), Effect::BuildEnded(State::Failed)]
        );
    }

    #[test]
    fn fast_finish_decides_early_and_lets_the_rest_run() {
        let mut build = build(&[&[false, true], &[false]], true);
        step(&mut build, Event::Begin);
        let effects = step(&mut build, Event::JobEnded(1, State::Failed));
        assert_eq!(
            effects,
            [Effect::Canceled(3), Effect::BuildEnded(State::Failed)]
        );
        assert_eq!(build.job(2).map(|job| job.state), Some(State::Queued));
        assert_eq!(step(&mut build, Event::JobEnded(2, State::Passed)), []);
        assert_eq!(build.state, State::Failed);
    }

    #[test]
    fn fast_finish_does_not_start_a_stage_before_jobs_that_may_fail_have_ended() {
        let mut build = build(&[&[false, true], &[false]], true);
        step(&mut build, Event::Begin);
        assert_eq!(step(&mut build, Event::JobEnded(1, State::Passed)), []);
        let effects = step(&mut build, Event::JobEnded(2, State::Failed));
        assert_eq!(effects, [Effect::Enqueue(3)]);
    }

    #[test]
    fn canceling_stops_what_runs_and_drops_what_waits() {
        let mut build = build(&[&[false, false], &[false]], false);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        let effects = step(&mut build, Event::CancelBuild);
        assert_eq!(
            effects,
            [Effect::Stop(1), Effect::Canceled(2), Effect::Canceled(3)]
        );
        let effects = step(&mut build, Event::JobEnded(1, State::Canceled));
        assert_eq!(effects, [Effect::BuildEnded(State::Canceled)]);
    }

    #[test]
    fn a_build_without_any_job_that_counts_has_passed() {
        let mut build = build(&[&[true]], false);
        step(&mut build, Event::Begin);
        let effects = step(&mut build, Event::JobEnded(1, State::Errored));
        assert_eq!(effects, [Effect::BuildEnded(State::Passed)]);
    }

    #[test]
    fn a_superseded_build_lets_running_jobs_end_and_drops_the_rest() {
        let mut build = build(&[&[false, false], &[false]], false);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        let effects = step(&mut build, Event::CancelWaiting);
        assert_eq!(effects, [Effect::Canceled(2), Effect::Canceled(3)]);
        let effects = step(&mut build, Event::JobEnded(1, State::Passed));
        assert_eq!(effects, [Effect::BuildEnded(State::Canceled)]);
    }

    #[test]
    fn a_build_is_superseded_until_somebody_restarts_or_cancels_it() {
        let superseded = || {
            let mut build = build(&[&[false]], false);
            step(&mut build, Event::Begin);
            step(&mut build, Event::CancelWaiting);
            assert!(build.superseded() && build.state() == State::Canceled);
            build
        };
        let mut restarted = superseded();
        step(&mut restarted, Event::Restart(Restart::All));
        assert!(!restarted.superseded());
        let mut canceled = superseded();
        step(&mut canceled, Event::CancelBuild);
        assert!(!canceled.superseded());
    }

    #[test]
    fn the_newest_again_runs_what_was_canceled_for_another_and_nothing_else() {
        let mut superseded = build(&[&[false, false]], false);
        step(&mut superseded, Event::Begin);
        step(&mut superseded, Event::JobStarted(1));
        step(&mut superseded, Event::CancelWaiting);
        // One still runs.
        assert_eq!(step(&mut superseded, Event::NewestAgain), []);
        step(&mut superseded, Event::JobEnded(1, State::Passed));
        let effects = step(&mut superseded, Event::NewestAgain);
        assert_eq!(
            effects,
            [Effect::BuildStarted, Effect::Enqueue(1), Effect::Enqueue(2)]
        );
        assert_eq!(step(&mut superseded, Event::NewestAgain), []);
        step(&mut superseded, Event::CancelBuild);
        assert_eq!(step(&mut superseded, Event::NewestAgain), []);
        assert_eq!(superseded.state, State::Canceled);
    }

    #[test]
    fn a_build_that_gives_way_is_stopped_and_runs_again_where_it_is_the_newest() {
        let mut given = build(&[&[false, false], &[false]], false);
        step(&mut given, Event::Begin);
        step(&mut given, Event::JobStarted(1));
        let mut single = given.clone();
        let mut passes = given.clone();
        let effects = step(&mut given, Event::GiveWay);
        assert_eq!(
            effects,
            [Effect::Stop(1), Effect::Canceled(2), Effect::Canceled(3)]
        );
        step(&mut given, Event::JobEnded(1, State::Canceled));
        assert!(given.superseded() && given.state() == State::Canceled);
        assert!(!step(&mut given, Event::NewestAgain).is_empty());
        let effects = step(&mut single, Event::JobGivesWay(2));
        assert_eq!(effects, [Effect::Canceled(2)]);
        assert_eq!(single.job(1).map(|job| job.state), Some(State::Started));
        // A stop that came too late.
        step(&mut passes, Event::JobStarted(2));
        step(&mut passes, Event::JobEnded(2, State::Passed));
        step(&mut passes, Event::JobGivesWay(1));
        step(&mut passes, Event::JobEnded(1, State::Passed));
        step(&mut passes, Event::JobStarted(3));
        step(&mut passes, Event::JobEnded(3, State::Passed));
        assert!(!passes.superseded() && passes.state() == State::Passed);
    }

    #[test]
    fn a_build_whose_jobs_all_run_or_have_ended_is_not_superseded() {
        let mut build = build(&[&[false]], false);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        step(&mut build, Event::CancelWaiting);
        assert!(!build.superseded());
        step(&mut build, Event::JobEnded(1, State::Passed));
        step(&mut build, Event::CancelWaiting);
        assert!(!build.superseded());
    }

    #[test]
    fn a_job_whose_agent_is_lost_waits_again_unless_it_was_being_stopped() {
        let mut build = build(&[&[false, false]], false);
        step(&mut build, Event::Begin);
        step(&mut build, Event::JobStarted(1));
        assert_eq!(step(&mut build, Event::Requeue(1)), [Effect::Enqueue(1)]);
        assert_eq!(step(&mut build, Event::Requeue(1)), []);
        step(&mut build, Event::JobStarted(1));
        step(&mut build, Event::CancelJob(1));
        assert_eq!(build.job(1).map(JobState::stopping), Some(true));
        assert_eq!(step(&mut build, Event::Requeue(1)), []);
        assert_eq!(build.job(1).map(JobState::state), Some(State::Canceled));
        step(&mut build, Event::JobStarted(2));
        let effects = step(&mut build, Event::JobLost(2));
        assert_eq!(effects, [Effect::BuildEnded(State::Canceled)]);
        assert_eq!(build.job(2).map(JobState::state), Some(State::Errored));
    }
}
