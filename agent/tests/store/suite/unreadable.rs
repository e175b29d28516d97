//! Builds that this version cannot read.

use super::make::{at, begun, new_build, repository};
use crate::database::Database;
use agent::report::status::StatusState;
use agent::scheduler::State;
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
