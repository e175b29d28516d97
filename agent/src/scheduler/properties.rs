//! What holds whatever happens in whatever order.

use super::{BuildState, Effect, Event, JobState, Restart, Retry, State, step};
use proptest::prelude::*;

fn any_build() -> impl Strategy<Value = BuildState> {
    let job = (any::<bool>(), any_retry());
    let stages = proptest::collection::vec(proptest::collection::vec(job, 1..4), 1..4);
    (stages, any::<bool>()).prop_map(|(stages, fast_finish)| {
        let planned = stages.iter().enumerate();
        let jobs = planned
            .flat_map(|(stage, jobs)| jobs.iter().map(move |&job| (stage, job)))
            .zip(1..)
            .map(|((stage, (allow, retry)), number)| {
                JobState::stored(number, stage, allow, State::Created).with_retry(retry, 0)
            });
        BuildState::stored(jobs.collect(), stages.len(), fast_finish, State::Created)
    })
}

fn any_retry() -> impl Strategy<Value = Retry> {
    (0..3u8, any::<bool>(), any::<bool>()).prop_map(|(count, failed, errored)| Retry {
        count,
        failed,
        errored,
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    let end = prop_oneof![
        Just(State::Passed),
        Just(State::Failed),
        Just(State::Errored),
        Just(State::Canceled)
    ];
    let number = 1..12u32;
    prop_oneof![
        4 => number.clone().prop_map(Event::JobStarted),
        4 => (number.clone(), end.clone()).prop_map(|(number, state)| Event::JobEnded(number, state)),
        1 => (number.clone(), end).prop_map(|(number, state)| Event::JobDeployed(number, state)),
        1 => number.clone().prop_map(Event::CancelJob),
        1 => Just(Event::CancelBuild),
        1 => Just(Event::CancelWaiting),
        1 => Just(Event::GiveWay),
        1 => number.clone().prop_map(Event::JobGivesWay),
        2 => number.clone().prop_map(Event::Requeue),
        1 => number.clone().prop_map(Event::JobLost),
        1 => Just(Event::Restart(Restart::All)),
        1 => Just(Event::Restart(Restart::Failed)),
        2 => number.prop_map(|number| Event::Restart(Restart::One(number))),
    ]
}

/// Ends every job often enough for each stage to get its turn.
fn rest(build: &BuildState) -> Vec<Event> {
    let ends = build
        .jobs
        .iter()
        .map(|job| Event::JobEnded(job.number, State::Passed));
    let ends: Vec<Event> = ends.collect();
    (0..=build.stages).flat_map(|_| ends.clone()).collect()
}

/// How a job may go from one state to another by this event.
fn allowed(event: Event, old: &JobState, new: &JobState) -> bool {
    match event {
        Event::Requeue(number) if number == old.number => {
            old.state == new.state
                || (old.state, new.state, old.stopping) == (State::Started, State::Queued, false)
                || (old.state, new.state, old.stopping) == (State::Started, State::Canceled, true)
        }
        Event::JobEnded(number, state) if number == old.number && new.retried > old.retried => {
            let may = (old.state, old.stopping) == (State::Started, false);
            let wanted = match state {
                State::Failed => old.retry.failed,
                State::Errored => old.retry.errored,
                _ => false,
            };
            let left = old.retried + 1 == new.retried && new.retried <= new.retry.count;
            may && wanted && left && new.state == State::Queued
        }
        Event::Restart(_) => {
            old.state == new.state
                || (old.state.is_final() && !new.state.is_final())
                || (old.state == State::Created && new.state == State::Queued)
        }
        _ => {
            new.retried == old.retried
                && new.state.rank() >= old.state.rank()
                && (!old.state.is_final() || old.state == new.state)
        }
    }
}

proptest! {
    /// No job is lost: each ends, is queued once for each attempt and requeue, by `retry:` only as often
    /// as that says, and never before the stages before it are done; the build ends once for each time that it began.
    #[test]
    fn no_order_of_events_loses_a_job(
        mut build in any_build(),
        events in proptest::collection::vec(any_event(), 0..80),
    ) {
        let mut runs = 0;
        let mut ends = 0;
        let rest = rest(&build);
        for event in std::iter::once(Event::Begin).chain(events).chain(rest) {
            let before = build.clone();
            let effects = step(&mut build, event);
            let restarted = before.state.is_final() && matches!(event, Event::Restart(_)) && !effects.is_empty();
            // A build that was canceled before it began has a run all the same.
            runs += usize::from(event == Event::Begin || restarted);
            ends += effects.iter().filter(|effect| matches!(effect, Effect::BuildEnded(_))).count();
            for effect in &effects {
                if let Effect::Enqueue(number) = *effect {
                    let Some(old) = before.job(number) else { panic!("job {number}") };
                    prop_assert!(old.state != State::Queued, "{event:?} queued {number} twice");
                    prop_assert_eq!(build.job(number).map(JobState::state), Some(State::Queued));
                    let mut earlier = build.jobs.iter().filter(|job| job.stage < old.stage);
                    prop_assert!(earlier.all(|job| job.state.is_final()));
                }
            }
            for (old, new) in before.jobs.iter().zip(&build.jobs) {
                prop_assert!(allowed(event, old, new), "{event:?}: {old:?} to {new:?}");
                let queued = effects.contains(&Effect::Enqueue(new.number));
                prop_assert_eq!(old.state != State::Queued && new.state == State::Queued, queued);
                prop_assert!(!new.stopping || new.state == State::Started);
            }
            prop_assert!(!build.state.is_final() || restarted || before.state == build.state || !before.state.is_final());
        }
        prop_assert_eq!(runs, ends);
        prop_assert!(build.state.is_final());
        prop_assert!(build.jobs.iter().all(|job| job.state.is_final()));
    }

    /// A build that is restarted again and again ends each time, with the state of its jobs.
    #[test]
    fn every_restart_comes_to_an_end(
        mut build in any_build(),
        rounds in proptest::collection::vec((any_restart(), proptest::collection::vec(any_end(), 12)), 1..6),
    ) {
        step(&mut build, Event::Begin);
        for (which, ends) in rounds {
            let mut steps = 0;
            // Each job once, and again as often as its `retry:` says.
            let most: usize = build.jobs.iter().map(|job| 1 + usize::from(job.retry.count)).sum();
            while let Some(job) = build.jobs.iter().find(|job| job.state == State::Queued).copied() {
                step(&mut build, Event::JobStarted(job.number));
                step(&mut build, Event::JobEnded(job.number, ends[job.number as usize % 12]));
                steps += 1;
                prop_assert!(steps <= most);
            }
            prop_assert!(build.state.is_final());
            prop_assert!(build.jobs.iter().all(|job| job.state.is_final()));
            let first = (0..build.stages).map(|stage| build.stage(stage)).find(|&state| state != State::Passed);
            prop_assert_eq!(build.state, first.unwrap_or(State::Passed));
            step(&mut build, Event::Restart(which));
        }
    }
}

fn any_restart() -> impl Strategy<Value = Restart> {
    prop_oneof![
        Just(Restart::All),
        Just(Restart::Failed),
        (1..12u32).prop_map(Restart::One)
    ]
}

fn any_end() -> impl Strategy<Value = State> {
    prop_oneof![
        3 => Just(State::Passed),
        1 => Just(State::Failed),
        1 => Just(State::Errored),
        1 => Just(State::Canceled)
    ]
}
