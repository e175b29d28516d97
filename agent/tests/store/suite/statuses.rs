use super::make::{at, begun, event_with, new_build, repository, status};
use crate::database::Database;
use agent::report::status::{CommitStatus, StatusState};
use agent::scheduler::{Event, Restart, State};
use agent::store::{BuildId, PendingStatus, Store, Transition, Unsent};

async fn tell(store: &Store, build: BuildId, second: i64, what: Event, status: CommitStatus) {
    let transition = Transition {
        status: Some(status),
        ..Transition::default()
    };
    event_with(store, build, second, what, transition).await;
}

async fn unsent(store: &Store, second: i64) -> Vec<PendingStatus> {
    store.unsent_statuses(at(second), 100).await.unwrap()
}

fn waits(error: &str, until: Option<i64>) -> Unsent<'_> {
    Unsent {
        error: Some(error),
        until: until.map(at),
        doubt: false,
        counts: false,
    }
}

async fn text(store: &Store) -> (String, u64) {
    let unsent = unsent(store, 1000).await;
    assert_eq!(unsent.len(), 1);
    (unsent[0].status.description.clone(), unsent[0].version)
}

pub(crate) async fn the_newest_status_wins(place: &Database) {
    use StatusState::{Failure, Pending};
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    assert_eq!(text(&store).await, ("Waiting".to_owned(), 1));
    tell(
        &store,
        build,
        2,
        Event::JobStarted(1),
        status(Pending, "Running"),
    )
    .await;
    assert_eq!(text(&store).await, ("Running".to_owned(), 2));
    tell(
        &store,
        build,
        3,
        Event::CancelJob(9),
        status(Pending, "Running"),
    )
    .await;
    assert_eq!(text(&store).await, ("Running".to_owned(), 2));
    let failed = Event::JobEnded(1, State::Failed);
    tell(&store, build, 4, failed, status(Failure, "Failed")).await;
    tell(
        &store,
        build,
        5,
        Event::JobStarted(1),
        status(Pending, "Running"),
    )
    .await;
    assert_eq!(text(&store).await, ("Failed".to_owned(), 3));
    let restart = Event::Restart(Restart::One(1));
    tell(&store, build, 6, restart, status(Pending, "Running again")).await;
    assert_eq!(text(&store).await, ("Running again".to_owned(), 4));
}

pub(crate) async fn a_status_is_tried_until_its_version_is_sent(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let first = unsent(&store, 0).await.remove(0);
    assert_eq!(first.changed, at(0));
    store
        .status_unsent(&first.key, 1, &waits("no answer", Some(30)))
        .await
        .unwrap();
    assert_eq!(unsent(&store, 29).await, []);
    assert_eq!(unsent(&store, 30).await[0].tries, 1);
    // The state changes while the old one is on its way.
    let running = status(StatusState::Pending, "Running");
    tell(&store, build, 31, Event::JobStarted(1), running).await;
    let sent = store.status_sent(&first.key, 1, true, at(32));
    sent.await.unwrap();
    let second = unsent(&store, 32).await.remove(0);
    assert_eq!((second.version, second.tries), (2, 0));
    store
        .status_unsent(&first.key, 1, &waits("late", None))
        .await
        .unwrap();
    assert_eq!(unsent(&store, 32).await.len(), 1);
    let sent = store.status_sent(&second.key, 2, true, at(33));
    sent.await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    assert_eq!(store.statuses_sent(&second.key).await.unwrap(), 2);
    // What GitHub will never take is not tried again, but the next version is.
    let failed = status(StatusState::Failure, "Failed");
    tell(&store, build, 40, Event::JobEnded(1, State::Failed), failed).await;
    store
        .status_unsent(&first.key, 3, &waits("422", None))
        .await
        .unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    let again = status(StatusState::Pending, "Again");
    tell(&store, build, 50, Event::Restart(Restart::All), again).await;
    assert_eq!(unsent(&store, 50).await[0].version, 4);
}

pub(crate) async fn a_send_of_which_nobody_knows_the_end_leaves_a_doubt(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let first = unsent(&store, 0).await.remove(0);
    assert!(!first.doubt);
    // Nothing more is heard of it: the agent was killed.
    let taken = store.take_status((&first.key, "a"), 1, at(0), at(60));
    assert!(taken.await.unwrap());
    assert!(unsent(&store, 60).await[0].doubt);
    // The next version comes after it all the same.
    let running = status(StatusState::Pending, "Running");
    tell(&store, build, 61, Event::JobStarted(1), running).await;
    assert!(unsent(&store, 61).await[0].doubt);
    let in_doubt = Unsent {
        doubt: true,
        counts: true,
        ..waits("no answer", Some(63))
    };
    store.status_unsent(&first.key, 2, &in_doubt).await.unwrap();
    let second = unsent(&store, 63).await.remove(0);
    assert_eq!((second.doubt, second.tries), (true, 1));
    let sent = store.status_sent(&second.key, 2, false, at(64));
    sent.await.unwrap();
    assert_eq!(store.statuses_sent(&second.key).await.unwrap(), 1);
    let failed = status(StatusState::Failure, "Failed");
    tell(&store, build, 70, Event::JobEnded(1, State::Failed), failed).await;
    assert!(!unsent(&store, 70).await[0].doubt);
}

pub(crate) async fn what_an_agent_was_sending_when_it_ended_is_due_at_its_start(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    begun(&store, one, "push", &[1]).await;
    let first = unsent(&store, 0).await.remove(0);
    let take = async |second| {
        let key = (&first.key, "a");
        let (now, until) = (at(second), at(second + 60));
        store.take_status(key, 1, now, until).await.unwrap()
    };
    assert!(take(1).await);
    assert!(!take(2).await, "it is on its way");
    store.release_statuses("b", at(3)).await.unwrap();
    assert_eq!(unsent(&store, 3).await, [], "another agent sends it");
    store.release_statuses("a", at(4)).await.unwrap();
    assert_eq!(unsent(&store, 4).await.len(), 1);
    // GitHub's wish to be left alone outlives a start.
    assert!(take(5).await);
    let key = &first.key;
    let limited = waits("429", Some(90));
    store.status_unsent(key, 1, &limited).await.unwrap();
    store.release_statuses("a", at(6)).await.unwrap();
    assert_eq!(unsent(&store, 89).await, []);
    assert!(take(90).await);
    store.status_sent(key, 1, true, at(91)).await.unwrap();
    store.release_statuses("a", at(92)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
}

pub(crate) async fn two_builds_of_one_commit_do_not_mix(place: &Database) {
    use StatusState::{Pending, Success};
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let old = begun(&store, one, "push a branch", &[1]).await.id;
    let mut new = new_build(one, "push a tag", &[1]);
    new.status = Some(status(Pending, "Waiting for the tag"));
    let new = store.create_build(&new, at(10)).await.unwrap().unwrap().id;
    tell(
        &store,
        new,
        11,
        Event::Begin,
        status(Pending, "The tag runs"),
    )
    .await;
    let passed = Event::JobEnded(1, State::Passed);
    tell(
        &store,
        old,
        12,
        passed,
        status(Success, "The branch passed"),
    )
    .await;
    assert_eq!(text(&store).await.0, "The tag runs");
    tell(&store, new, 13, passed, status(Success, "The tag passed")).await;
    let restart = Event::Restart(Restart::All);
    tell(
        &store,
        old,
        14,
        restart,
        status(Pending, "The branch runs again"),
    )
    .await;
    assert_eq!(text(&store).await.0, "The branch runs again");
}

pub(crate) async fn what_was_said_without_a_build_goes_once_it_is_old_and_sent(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let row = store.repository(one).await.unwrap().unwrap();
    let build = begun(&store, one, "push", &[1]).await;
    let said = ["a", "b", "c"].map(|digit| digit.repeat(40));
    for (sha, second) in said.iter().zip([1, 2, 9]) {
        let skipped = status(StatusState::Success, "Skipped");
        let put = store.put_status(&row, sha, &skipped, at(second));
        put.await.unwrap();
    }
    for pending in unsent(&store, 100).await {
        // The second one is still to be sent.
        if pending.key.sha != said[1] {
            let (key, version) = (&pending.key, pending.version);
            let sent = store.status_sent(key, version, true, at(10));
            sent.await.unwrap();
        }
    }
    store.remove_statuses(at(5)).await.unwrap();
    let mut kept = Vec::new();
    for sha in said.iter().chain([&build.status_sha]) {
        let key = agent::store::StatusKey {
            repository: one,
            sha: sha.clone(),
            context: status(StatusState::Success, "").context,
        };
        kept.push(store.statuses_sent(&key).await.unwrap());
    }
    assert_eq!(
        kept,
        [0, 0, 1, 1],
        "counted, where the row is there and was sent"
    );
    assert_eq!(unsent(&store, 100).await.len(), 1);
}
