//! Builds that this version cannot read.

use super::TestClock;
use super::make::{MANY, at, begun, event, held_event, new_build, repository};
use crate::database::Database;
use agent::queue::{Expired, LEASE, Queue};
use agent::report::status::StatusState;
use agent::scheduler::{Event, State};
use agent::store::{BuildFilter, BuildId, Cursor};

pub(crate) async fn a_build_that_cannot_be_read_ends_with_its_jobs_and_its_status(
    place: &Database,
) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let begun = begun(&store, one, "begun", &[1]).await.id;
    let new = new_build(one, "new", &[2]);
    let new = store.create_build(&new, at(10)).await.unwrap().unwrap().id;
    assert_eq!(store.new_builds(BuildId(0), 10).await.unwrap(), [new]);
    assert_eq!(store.new_builds(new, 10).await.unwrap(), []);
    let request = format!("(SELECT request FROM builds WHERE id = {begun})");
    place
        .sql(&format!("UPDATE builds SET request = '?' WHERE id = {new}"))
        .await;
    let error = store.build(new).await.unwrap_err().to_string();
    assert!(error.contains(&format!("request of row {new}")), "{error}");

    let all = BuildFilter::default();
    let listed = store.builds(&all, Cursor(None), 10).await.unwrap();
    assert!(listed.iter().map(|build| build.id).eq([begun]));
    // What is left out does not end a page, which would hide all that is older.
    let page = store.builds(&all, Cursor(None), 1).await.unwrap();
    assert!(page.iter().map(|build| build.id).eq([begun]));

    let told = async || store.unsent_statuses(at(90), 10).await.unwrap().remove(0);
    let version = told().await.version;
    let end = async |build, before| {
        let ended = store.end_unreadable(build, "no", at(before), at(90));
        ended.await.unwrap()
    };
    // Whoever runs it could read it; and it may be too new for this version alone.
    assert!(!end(begun, 80).await && !end(new, 10).await);
    assert!(end(new, 11).await);
    assert!(!end(new, 11).await, "it has ended already");
    assert_eq!(store.new_builds(BuildId(0), 10).await.unwrap(), []);

    place
        .sql(&format!(
            "UPDATE builds SET request = {request} WHERE id = {new}"
        ))
        .await;
    let row = store.build(new).await.unwrap().unwrap();
    assert_eq!((row.state, row.finished), (State::Errored, Some(at(90))));
    assert_eq!(row.refused.as_deref(), Some("no"));
    for job in store.jobs(new).await.unwrap() {
        assert_eq!(job.attempt.state, State::Errored);
        assert_eq!(job.attempt.reason.as_deref(), Some("no"));
    }
    let told = told().await;
    assert_eq!(told.status.state, StatusState::Error);
    assert_eq!((told.version, told.changed), (version + 1, at(90)));
    let begun = store.build(begun).await.unwrap().unwrap();
    assert_eq!(begun.state, State::Started);
}

pub(crate) async fn a_build_that_has_begun_ends_and_nobody_holds_its_jobs(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[1, 1]).await;
    let queue = Queue::new(store.clone(), "a".to_owned());
    let (lease, _) = queue.claim(MANY).await.unwrap().unwrap();
    held_event(&store, &lease, 2, Event::JobStarted(1)).await;
    place.sql("UPDATE builds SET request = '?'").await;
    let known = store.build_outline(one, build.number).await.unwrap();
    let known = known.unwrap();
    assert_eq!(
        (known.state, known.created),
        (Some(State::Started), Some(at(0)))
    );
    assert_eq!(store.build_outline(one, 99).await.unwrap(), None);
    let end = async |second| {
        let ended = store.end_begun_unreadable(build.id, "no", at(second));
        ended.await.unwrap()
    };
    assert!(end(9).await);
    assert!(!end(10).await, "it has ended already");
    assert_eq!(
        queue.renew(std::slice::from_ref(&lease)).await.unwrap(),
        [lease]
    );
    let known = store.build_outline(one, build.number).await.unwrap();
    let known = known.unwrap();
    assert_eq!(known.finished, Some(at(9)));
    assert_eq!(known.refused.as_deref(), Some("no"));
    for job in store.jobs(build.id).await.unwrap() {
        assert_eq!(job.attempt.state, State::Errored);
    }
    let told = store.unsent_statuses(at(90), 10).await.unwrap().remove(0);
    assert_eq!(told.status.state, StatusState::Error);
}

pub(crate) async fn a_job_that_cannot_be_read_stops_no_claim_and_is_lost(place: &Database) {
    let clock = TestClock::default();
    let store = clock.open(place).await;
    let one = repository(&store, 1).await;
    let damaged = begun(&store, one, "a", &[1]).await.id;
    let good = begun(&store, one, "b", &[1]).await.id;
    place
        .sql(&format!(
            "UPDATE jobs SET plan = '?' WHERE build = {damaged}"
        ))
        .await;
    let queue = Queue::new(store.clone(), "a".to_owned());
    let error = queue.claim(MANY).await.unwrap_err();
    assert!(error.is_of_one_row(), "{error}");
    let (lease, _) = queue.claim(MANY).await.unwrap().unwrap();
    assert_eq!(lease.build, good);
    let held = queue.held().await.unwrap();
    assert!(held.iter().map(|(lease, _)| lease.build).eq([good]));
    event(&store, good, 2, Event::CancelBuild).await;
    // Another agent may be able to read it; once more it is out of the way, and then it is over.
    for last in [false, true] {
        clock.turn(LEASE);
        let expired = queue.expire(at(9)).await.unwrap();
        match expired.as_slice() {
            [Expired::Requeued(lease)] if !last => {
                assert_eq!(lease.build, damaged);
                queue.claim(MANY).await.unwrap_err();
            }
            [Expired::Lost(lease)] if last => assert_eq!(lease.build, damaged),
            _ => panic!("{expired:?}"),
        }
    }
    // Its end needs nothing of what cannot be read.
    assert_eq!(store.titles(damaged).await.unwrap().len(), 0);
    event(&store, damaged, 9, Event::JobLost(1)).await;
    let state = store.build_state(damaged).await.unwrap().unwrap();
    assert_eq!(state.state(), State::Errored);
}
