//! Which jobs of a finished build run again (decision 28).

use super::{BuildState, JobState, State};

/// Which jobs somebody wants to run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// All, passed ones included.
    All,
    /// Those that failed, errored or were canceled.
    Failed,
    /// This one, by its number, and those of later stages that were canceled because of it.
    One(u32),
}

/// Puts the jobs back to where they were created, and the build with them; false where nothing
/// changed. The next step of the stages queues what may run.
///
/// Jobs that were skipped can't run here now either. Nothing changes while a job of the build still
/// waits or runs, or where a job could not run because an earlier stage stays failed: restart that
/// one.
pub(super) fn restart(build: &mut BuildState, which: Restart) -> bool {
    let ended = build.jobs.iter().all(|job| job.state.is_final());
    if !build.state.is_final() || !ended {
        return false;
    }
    let chosen: Vec<usize> = (0..build.jobs.len())
        .filter(|&at| again(&build.jobs[at], which))
        .collect();
    let Some(first) = chosen.iter().map(|&at| build.jobs[at].stage).min() else {
        return false;
    };
    if (0..first).any(|stage| blocked(build, stage)) {
        return false;
    }
    let stood_in_the_way = blocked(build, first);
    for &at in &chosen {
        begin(&mut build.jobs[at]);
    }
    if matches!(which, Restart::One(_)) && stood_in_the_way && !blocked(build, first) {
        resume(build, first);
    }
    build.state = State::Created;
    // Of others that were canceled for a newer build nobody has said anything.
    build.superseded &= build.jobs.iter().any(|job| job.state == State::Canceled);
    true
}

fn again(job: &JobState, which: Restart) -> bool {
    let ended = job.state.is_final() && job.state != State::Skipped;
    ended
        && match which {
            Restart::All => true,
            Restart::Failed => job.state != State::Passed,
            Restart::One(number) => job.number == number,
        }
}

/// Lets the stages behind one go on, as far as nothing else stands in their way.
fn resume(build: &mut BuildState, first: usize) {
    for stage in first + 1..build.stages {
        let canceled = |job: &&mut JobState| job.stage == stage && job.state == State::Canceled;
        build.jobs.iter_mut().filter(canceled).for_each(begin);
        if blocked(build, stage) {
            return;
        }
    }
}

/// Whether a required job of the stage has ended and did not pass.
fn blocked(build: &BuildState, stage: usize) -> bool {
    build.of_stage(stage).any(|job| {
        let ended = job.state.is_final() && !matches!(job.state, State::Passed | State::Skipped);
        ended && !job.allow_failure
    })
}

fn begin(job: &mut JobState) {
    job.state = State::Created;
    job.stopping = false;
    job.retried = 0;
}

#[cfg(test)]
mod tests {
    use super::super::{Effect, Event, step};
    use super::*;
    use State::{Canceled, Created, Errored, Failed, Passed, Queued, Skipped, Started};

    /// A finished build: a list of stages, each a list of states.
    fn finished(stages: &[&[State]], state: State) -> BuildState {
        let jobs = stages
            .iter()
            .enumerate()
            .flat_map(|(stage, states)| states.iter().map(move |&state| (stage, state)));
        let jobs = jobs
            .zip(1..)
            .map(|((stage, state), number)| JobState::stored(number, stage, false, state));
        BuildState::stored(jobs.collect(), stages.len(), false, state)
    }

    fn states(build: &BuildState) -> Vec<State> {
        build.jobs.iter().map(|job| job.state).collect()
    }

    #[test]
    fn restarting_the_failed_job_resumes_the_stages_that_were_canceled_because_of_it() {
        let mut build = finished(&[&[Passed, Failed], &[Canceled], &[Canceled]], Failed);
        let effects = step(&mut build, Event::Restart(Restart::One(2)));
        assert_eq!(effects, [Effect::BuildStarted, Effect::Enqueue(2)]);
        assert_eq!(states(&build), [Passed, Queued, Created, Created]);
        assert_eq!(build.state, Started);
        let effects = step(&mut build, Event::JobEnded(2, Passed));
        assert_eq!(effects, [Effect::Enqueue(3)]);
        step(&mut build, Event::JobEnded(3, Passed));
        let effects = step(&mut build, Event::JobEnded(4, Passed));
        assert_eq!(effects, [Effect::BuildEnded(Passed)]);
    }

    #[test]
    fn later_stages_stay_canceled_while_another_job_stands_in_their_way() {
        let mut build = finished(&[&[Failed, Failed], &[Canceled]], Failed);
        step(&mut build, Event::Restart(Restart::One(1)));
        assert_eq!(states(&build), [Queued, Failed, Canceled]);
        let effects = step(&mut build, Event::JobEnded(1, Passed));
        assert_eq!(effects, [Effect::BuildEnded(Failed)]);
    }

    #[test]
    fn restarting_a_passed_job_leaves_the_others_alone() {
        let mut build = finished(&[&[Passed], &[Passed, Failed, Canceled]], Canceled);
        step(&mut build, Event::Restart(Restart::One(1)));
        assert_eq!(states(&build), [Queued, Passed, Failed, Canceled]);
    }

    #[test]
    fn what_was_canceled_for_a_newer_build_and_not_restarted_still_runs_when_it_is_the_newest() {
        let superseded = || finished(&[&[Canceled, Canceled]], Canceled).overtaken(true);
        let mut build = superseded();
        step(&mut build, Event::Restart(Restart::One(2)));
        assert_eq!(states(&build), [Canceled, Queued]);
        // Its end is waited for.
        assert_eq!(step(&mut build, Event::NewestAgain), []);
        step(&mut build, Event::JobEnded(2, Passed));
        assert!(build.superseded() && build.state == Canceled);
        step(&mut build, Event::NewestAgain);
        assert_eq!(states(&build), [Queued, Queued]);
        for which in [Restart::All, Restart::Failed] {
            let mut build = superseded();
            step(&mut build, Event::Restart(which));
            assert!(!build.superseded());
        }
    }

    #[test]
    fn failed_jobs_and_all_jobs_start_with_the_first_stage_that_has_one() {
        let mut build = finished(
            &[&[Passed, Skipped], &[Errored, Passed], &[Canceled]],
            Errored,
        );
        let mut all = build.clone();
        step(&mut build, Event::Restart(Restart::Failed));
        assert_eq!(states(&build), [Passed, Skipped, Queued, Passed, Created]);
        step(&mut all, Event::Restart(Restart::All));
        assert_eq!(states(&all), [Queued, Skipped, Created, Created, Created]);
    }

    #[test]
    fn nothing_restarts_that_could_not_run() {
        let running = finished(&[&[Failed, Started]], Started);
        let left_over = finished(&[&[Failed, Started]], Failed);
        let all_passed = finished(&[&[Passed]], Passed);
        let blocked = finished(&[&[Failed], &[Canceled]], Failed);
        let skipped = finished(&[&[Skipped]], Errored);
        for (build, which) in [
            (running, Restart::One(1)),
            (left_over, Restart::All),
            (all_passed, Restart::Failed),
            (blocked, Restart::One(2)),
            (skipped.clone(), Restart::One(1)),
            (skipped, Restart::All),
        ] {
            let mut after = build.clone();
            assert_eq!(step(&mut after, Event::Restart(which)), []);
            assert_eq!(after, build);
        }
    }
}
