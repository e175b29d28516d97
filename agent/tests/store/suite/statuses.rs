use super::Place;
use super::make::{at, begun, event_with, new_build, repository, status};
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

/// This agent.
const ME: &str = "me";

/// Takes a status for a minute.
async fn take(store: &Store, status: &PendingStatus, second: i64) {
    let (from, until) = (at(second), at(second + 60));
    let taken = store.take_status((&status.key, ME), status.version, from, until);
    assert!(taken.await.unwrap());
}

async fn text(store: &Store) -> (String, u64) {
    let unsent = unsent(store, 1000).await;
    assert_eq!(unsent.len(), 1);
    (unsent[0].status.description.clone(), unsent[0].version)
}

pub(crate) async fn the_newest_status_wins(place: &Place) {
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

pub(crate) async fn a_status_is_tried_until_its_version_is_sent(place: &Place) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let first = unsent(&store, 0).await.remove(0);
    assert_eq!(first.changed, at(0));
    take(&store, &first, 1).await;
    let why = ("no answer", Some(at(30)));
    let mine = (&first.key, ME);
    store.status_failed(mine, 1, why, at(2)).await.unwrap();
    assert_eq!(unsent(&store, 29).await, []);
    assert_eq!(unsent(&store, 30).await[0].tries, 1);
    // The state changes while the old one is on its way, which it must not overtake.
    take(&store, &first, 30).await;
    let running = status(StatusState::Pending, "Running");
    tell(&store, build, 31, Event::JobStarted(1), running).await;
    assert_eq!(unsent(&store, 89).await, []);
    store.status_sent(mine, 1, at(32)).await.unwrap();
    let second = unsent(&store, 32).await.remove(0);
    assert_eq!((second.version, second.tries), (2, 0));
    take(&store, &second, 32).await;
    store.status_sent(mine, 2, at(33)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    assert_eq!(store.statuses_sent(&second.key).await.unwrap(), 2);
    // What GitHub will never take is not tried again, but the next version is.
    let failed = status(StatusState::Failure, "Failed");
    tell(&store, build, 40, Event::JobEnded(1, State::Failed), failed).await;
    let third = unsent(&store, 40).await.remove(0);
    take(&store, &third, 40).await;
    let why = ("422", None);
    store.status_failed(mine, 3, why, at(41)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    let again = status(StatusState::Pending, "Again");
    tell(&store, build, 50, Event::Restart(Restart::All), again).await;
    assert_eq!(unsent(&store, 50).await[0].version, 4);
}

pub(crate) async fn a_status_that_an_agent_sent_too_late_is_sent_over(place: &Place) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let first = unsent(&store, 0).await.remove(0);
    take(&store, &first, 0).await;
    // It stands still, and another agent sends the result.
    let passed = status(StatusState::Success, "Passed");
    tell(&store, build, 5, Event::JobEnded(1, State::Passed), passed).await;
    assert_eq!(unsent(&store, 59).await, []);
    let result = unsent(&store, 60).await.remove(0);
    let (other, version) = ((&result.key, "other"), result.version);
    let taken = store.take_status(other, version, at(60), at(120));
    assert!(taken.await.unwrap());
    store.status_sent(other, version, at(61)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
    // Now what it had in its hand is at GitHub, too.
    let mine = (&result.key, ME);
    store.status_sent(mine, 1, at(90)).await.unwrap();
    let again = unsent(&store, 90).await.remove(0);
    assert_eq!(again.status.description, "Passed");
    take(&store, &again, 90).await;
    store
        .status_sent(mine, again.version, at(91))
        .await
        .unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
}

pub(crate) async fn what_an_agent_was_sending_when_it_ended_is_due_at_its_start(place: &Place) {
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
    let (mine, later) = ((&first.key, "a"), ("429", Some(at(90))));
    store.status_failed(mine, 1, later, at(6)).await.unwrap();
    store.release_statuses("a", at(6)).await.unwrap();
    assert_eq!(unsent(&store, 89).await, []);
    assert!(take(90).await);
    store.status_sent(mine, 1, at(91)).await.unwrap();
    store.release_statuses("a", at(92)).await.unwrap();
    assert_eq!(unsent(&store, 1000).await, []);
}

pub(crate) async fn two_builds_of_one_commit_do_not_mix(place: &Place) {
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
