use super::make::{MANY, at, begun, event, event_with, held_event, new_build, repository};
use crate::database::Database;
use agent::queue::Queue;
use agent::scheduler::{Effect, Event, Restart, State};
use agent::store::{BuildId, Head, JobSummary, RepositoryId, Store, Transition};
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
        image: Some(("python:3.12".to_owned(), Some("sha256:0123".to_owned()))),
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

const MAIN: &str = "refs/heads/main";

/// Where the branch points to as the newest build is of `a`.
fn newest() -> Head {
    Head {
        name: MAIN.to_owned(),
        sha: "a".to_owned(),
    }
}

/// Cancels what waits, unless the branch points to the build's commit.
async fn cancel(store: &Store, build: BuildId) -> Option<Vec<Effect>> {
    let with = Transition {
        unless_head: Some(newest()),
        ..Transition::default()
    };
    event_with(store, build, 2, Event::CancelWaiting, with).await
}

/// Runs it again, where the branch points to its commit.
async fn again(store: &Store, build: BuildId) -> Option<Vec<Effect>> {
    let with = Transition {
        if_head: Some(newest()),
        ..Transition::default()
    };
    event_with(store, build, 3, Event::NewestAgain, with).await
}

async fn moves(store: &Store, one: RepositoryId, from: Option<&str>, to: Option<&str>) {
    let moved = store.replace_head(one, MAIN, (from, to), at(1));
    assert!(moved.await.unwrap());
}

pub(crate) async fn a_step_is_refused_where_a_ref_has_moved_since_it_was_decided(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[1]).await.id;
    let is = async || store.build_state(build).await.unwrap().unwrap();
    // Somebody saw a newer head, stood still, and cancels when the branch has gone back.
    moves(&store, one, None, Some("b")).await;
    moves(&store, one, Some("b"), Some("a")).await;
    assert_eq!(cancel(&store, build).await, None);
    assert!(!is().await.superseded());
    assert_eq!(again(&store, build).await, Some(vec![]));
    moves(&store, one, Some("a"), Some("b")).await;
    let effects = cancel(&store, build).await.unwrap();
    assert!(effects.contains(&Effect::BuildEnded(State::Canceled)));
    // As long as the branch is elsewhere, or is gone, it stays canceled.
    assert_eq!(again(&store, build).await, None);
    moves(&store, one, Some("b"), None).await;
    assert_eq!(again(&store, build).await, None);
    assert!(is().await.superseded());
    moves(&store, one, None, Some("a")).await;
    let effects = again(&store, build).await.unwrap();
    assert!(effects.contains(&Effect::Enqueue(1)));
    assert_eq!(cancel(&store, build).await, None);
    // A branch that is gone points to no build.
    moves(&store, one, Some("a"), None).await;
    assert!(cancel(&store, build).await.is_some());
    assert!(is().await.superseded());
}

pub(crate) async fn the_newest_build_runs_however_a_cancel_and_a_move_back_meet(place: &Database) {
    let store = place.open().await;
    let other = place.of_another_agent(&store).await;
    for round in 0..20_u64 {
        let one = repository(&store, 10 + round).await;
        let build = begun(&store, one, "a", &[1]).await.id;
        // Half of them from a branch that is not there, which nobody can lock.
        let from = (round % 2 == 0).then_some("b");
        if from.is_some() {
            moves(&store, one, None, from).await;
        }
        let late = {
            let other = other.clone();
            tokio::spawn(async move { cancel(&other, build).await })
        };
        if round % 3 == 0 {
            tokio::task::yield_now().await;
        }
        moves(&store, one, from, Some("a")).await;
        again(&store, build).await;
        late.await.unwrap();
        let state = store.build_state(build).await.unwrap().unwrap();
        assert_eq!(state.state(), State::Started, "round {round}");
    }
}
