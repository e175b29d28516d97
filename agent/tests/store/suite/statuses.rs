use super::make::{at, begun, event_with, new_build, repository, status};
use crate::database::Database;
use agent::report::status::{CommitStatus, StatusState};
use agent::scheduler::{Event, Restart, State};
use agent::store::{BuildId, PendingStatus, Store, Transition};

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
        .status_failed(&first.key, 1, "no answer", Some(at(30)))
        .await
        .unwrap();
    assert_eq!(unsent(&store, 29).await, []);
    assert_eq!(unsent(&store, 30).await[0].tries, 1);
    // The state changes while the old one is on its way.
    let running = status(StatusState::Pending, "Running");
    tell(&store, build, 31, Event::JobStarted(1), running).await;
    store.status_sent(&first.key, 1, at(32)).await.unwrap();
    let second = unsent(&store, 32).await.remove(0);
    assert_eq!((second.version, second.tries), (2, 0));
    store
        .status_failed(&first.key, 1, "late", None)
        .await
        .unwrap();
    assert_eq!(unsent(&store, 32).await.len(), 1);
    store.status_sent(&second.key, 2, at(33)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    assert_eq!(store.statuses_sent(&second.key).await.unwrap(), 2);
    // What GitHub will never take is not tried again, but the next version is.
    let failed = status(StatusState::Failure, "Failed");
    tell(&store, build, 40, Event::JobEnded(1, State::Failed), failed).await;
    store
        .status_failed(&first.key, 3, "422", None)
        .await
        .unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    let again = status(StatusState::Pending, "Again");
    tell(&store, build, 50, Event::Restart(Restart::All), again).await;
    assert_eq!(unsent(&store, 50).await[0].version, 4);
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
