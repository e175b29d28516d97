use super::make::{MANY, at, begun, event, event_with, held_event, new_build, repository};
use crate::database::Database;
use agent::queue::Queue;
use agent::scheduler::{Effect, Event, Restart, State};
use agent::store::{BuildId, JobSummary, Transition};
use schema::plan::Retry;

pub(crate) async fn states_and_times_are_saved_together(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1, 1]).await.id;
    let jobs = store.jobs(build).await.unwrap();
    assert_eq!(jobs[0].attempt.queued, Some(at(1)));
    assert_eq!(jobs[1].attempt.queued, None);
    event(&store, build, 2, Event::JobStarted(1)).await;
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!((row.state, row.started), (State::Started, Some(at(2))));
    let summary = JobSummary {
        warnings: vec!["an upload failed".to_owned()],
        commands: vec![("script.1".to_owned(), 1, 20)],
        pushed: Vec::new(),
    };
    let transition = Transition {
        finished: Some((jobs[0].id, Some("make: 2".to_owned()), summary.clone())),
        ..Transition::default()
    };
    let failed = Event::JobEnded(1, State::Failed);
    let effects = event_with(&store, build, 3, failed, transition).await;
    let ended = Effect::BuildEnded(State::Failed);
    assert_eq!(effects, Some(vec![Effect::Canceled(2), ended]));
    let jobs = store.jobs(build).await.unwrap();
    let attempt = &jobs[0].attempt;
    assert_eq!(attempt.state, State::Failed);
    assert_eq!(
        (attempt.started, attempt.finished),
        (Some(at(2)), Some(at(3)))
    );
    assert_eq!(attempt.reason.as_deref(), Some("make: 2"));
    assert_eq!(attempt.summary, summary);
    let canceled = &jobs[1].attempt;
    assert_eq!((canceled.state, canceled.started), (State::Canceled, None));
    assert_eq!(
        (canceled.finished, canceled.reason.as_deref()),
        (Some(at(3)), None)
    );
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!((row.state, row.finished), (State::Failed, Some(at(3))));
    assert_eq!(event(&store, BuildId(99), 4, Event::Begin).await, None);
}

pub(crate) async fn a_restart_keeps_the_earlier_attempt(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1, 1]).await.id;
    event(&store, build, 2, Event::JobStarted(1)).await;
    event(&store, build, 3, Event::JobEnded(1, State::Errored)).await;
    let first = store.jobs(build).await.unwrap().remove(0);
    let transition = Transition {
        asked_by: Some("someone".to_owned()),
        ..Transition::default()
    };
    let restart = Event::Restart(Restart::One(1));
    event_with(&store, build, 9, restart, transition).await;
    let jobs = store.jobs(build).await.unwrap();
    assert_eq!(
        store.earlier_attempts(first.id).await.unwrap(),
        [first.attempt]
    );
    let second = &jobs[0].attempt;
    assert_eq!((second.number, second.state), (2, State::Queued));
    assert_eq!(
        (second.queued, second.started, second.finished),
        (Some(at(9)), None, None)
    );
    assert_eq!(second.asked_by.as_deref(), Some("someone"));
    let resumed = &jobs[1].attempt;
    assert_eq!((resumed.number, resumed.state), (2, State::Created));
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.started, row.finished),
        (State::Started, None, None)
    );
    assert_eq!(store.unfinished_builds().await.unwrap().len(), 1);
    event(&store, build, 10, Event::JobStarted(1)).await;
    event(&store, build, 11, Event::JobEnded(1, State::Passed)).await;
    event(&store, build, 12, Event::JobStarted(2)).await;
    event(&store, build, 13, Event::JobEnded(2, State::Passed)).await;
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!((row.state, row.started), (State::Passed, Some(at(10))));
    assert_eq!(row.finished, Some(at(13)));
}

pub(crate) async fn a_job_that_runs_again_by_itself_keeps_the_earlier_attempt(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let mut new = new_build(one, "push", &[1]);
    let job = &mut new.plan.as_mut().unwrap().stages[0].jobs[0];
    job.retry = Some(Retry {
        count: 1,
        on: Vec::new(),
    });
    let build = store.create_build(&new, at(0)).await.unwrap().unwrap().id;
    event(&store, build, 1, Event::Begin).await;
    event(&store, build, 2, Event::JobStarted(1)).await;
    let first = store.jobs(build).await.unwrap().remove(0);
    let summary = JobSummary {
        warnings: vec!["hm".to_owned()],
        ..JobSummary::default()
    };
    let transition = Transition {
        finished: Some((first.id, Some("script failed".to_owned()), summary)),
        came_to: Some(State::Failed),
        ..Transition::default()
    };
    let failed = Event::JobEnded(1, State::Failed);
    let effects = event_with(&store, build, 3, failed, transition).await;
    assert_eq!(effects, Some(vec![Effect::Enqueue(1)]));
    let kept = store.earlier_attempts(first.id).await.unwrap().remove(0);
    assert_eq!(
        (kept.number, kept.state, kept.retried),
        (1, State::Failed, 0)
    );
    assert_eq!((kept.started, kept.finished), (Some(at(2)), Some(at(3))));
    assert_eq!(kept.reason.as_deref(), Some("script failed"));
    assert_eq!(kept.summary.warnings, ["hm"]);
    let again = store.jobs(build).await.unwrap().remove(0);
    assert_eq!(again.retried(), Some((1, 1)));
    let attempt = again.attempt;
    assert_eq!((attempt.number, attempt.state), (2, State::Queued));
    assert_eq!((attempt.queued, attempt.started), (Some(at(3)), None));
    assert_eq!(
        (attempt.reason, attempt.summary),
        (None, JobSummary::default())
    );
    // Its only one is used.
    event(&store, build, 4, Event::JobStarted(1)).await;
    event(&store, build, 5, Event::JobEnded(1, State::Failed)).await;
    assert_eq!(
        store.build(build).await.unwrap().unwrap().state,
        State::Failed
    );
    event(&store, build, 6, Event::Restart(Restart::All)).await;
    let restarted = store.jobs(build).await.unwrap().remove(0);
    assert_eq!((restarted.attempt.number, restarted.retried()), (3, None));
}

pub(crate) async fn steps_at_the_same_time_lose_nothing(place: &Database) {
    let store = place.open().await;
    let other = place.of_another_agent(&store).await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[24]).await.id;
    let calls = (1..=24).map(|number| {
        let store = if number % 2 == 0 { &store } else { &other };
        let store = store.clone();
        tokio::spawn(async move {
            event(&store, build, 2, Event::JobStarted(number)).await;
            event(&store, build, 3, Event::JobEnded(number, State::Passed)).await
        })
    });
    let mut ends = 0;
    for call in calls.collect::<Vec<_>>() {
        let effects = call.await.unwrap().unwrap();
        ends += usize::from(effects.contains(&Effect::BuildEnded(State::Passed)));
    }
    assert_eq!(ends, 1);
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!(row.state, State::Passed);
}

pub(crate) async fn a_step_with_an_old_epoch_writes_nothing(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let queue = Queue::new(store.clone(), "a".to_owned());
    let (lease, job) = queue.claim(MANY).await.unwrap().unwrap();
    assert_eq!(job.attempt.state, State::Queued);
    let mut old = lease.clone();
    old.epoch -= 1;
    assert_eq!(
        held_event(&store, &old, 3, Event::JobStarted(1)).await,
        None
    );
    let state = store.job(lease.job).await.unwrap().unwrap().attempt.state;
    assert_eq!(state, State::Queued);
    assert_eq!(
        held_event(&store, &lease, 4, Event::JobStarted(1)).await,
        Some(vec![])
    );
    event(&store, build, 5, Event::JobEnded(1, State::Errored)).await;
    let late = Event::JobEnded(1, State::Passed);
    assert_eq!(held_event(&store, &lease, 6, late).await, None);
}
