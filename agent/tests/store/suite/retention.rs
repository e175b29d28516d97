use super::make::{at, begun, delivery, event, new_build, repository, status};
use super::upgrade::{raw, run};
use crate::database::Database;
use agent::janitor::{Janitor, Removed, Rules};
use agent::log::LogId;
use agent::report::status::StatusState;
use agent::scheduler::{Event, State};
use agent::store::{
    BuildFilter, BuildId, Cursor, DeliveryOutcome, OLD_DELIVERIES, OldBuilds, RepositoryId,
    StatusKey, Store, Stored,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::path::Path;
use std::time::Duration;

const DAY: i64 = 24 * 3600;
const KEPT: Rules = Rules {
    builds: Duration::from_secs(10 * 24 * 3600),
    newest: 1000,
    deliveries: Duration::from_secs(5 * 24 * 3600),
    logs: Duration::from_secs(2 * 24 * 3600),
};

/// A build of a branch that passed at a time, its status sent.
async fn passed(store: &Store, one: RepositoryId, branch: &str, second: i64) -> BuildId {
    let mut new = new_build(one, &format!("push {branch} {second}"), &[1]);
    new.request.branch = branch.to_owned();
    new.status_sha = format!("{branch} {second}");
    let build = store.create_build(&new, at(second)).await.unwrap().unwrap();
    for step in [
        Event::Begin,
        Event::JobStarted(1),
        Event::JobEnded(1, State::Passed),
    ] {
        event(store, build.id, second, step).await;
    }
    let key = StatusKey {
        repository: one,
        sha: new.status_sha,
        context: status(StatusState::Success, "").context,
    };
    store.status_sent(&key, 1, true, at(second)).await.unwrap();
    build.id
}

async fn head(store: &Store, one: RepositoryId, name: &str) {
    let there = (None, Some("5ca1ab1e"));
    let noted = store.replace_head(one, name, there, at(0));
    assert!(noted.await.unwrap());
}

/// The numbers of the builds that are there.
async fn builds(store: &Store) -> Vec<u64> {
    let all = store
        .builds(&BuildFilter::default(), Cursor(None), 100)
        .await;
    let mut numbers: Vec<u64> = all.unwrap().iter().map(|build| build.number).collect();
    numbers.sort_unstable();
    numbers
}

pub(crate) async fn old_builds_go_but_the_last_of_what_is_there_stays(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    head(&store, one, "refs/heads/main").await;
    head(&store, one, "refs/tags/v1").await;
    let first = passed(&store, one, "main", 0).await;
    passed(&store, one, "main", 10).await;
    passed(&store, one, "gone", 20).await;
    passed(&store, one, "v1", 30).await;
    passed(&store, one, "topic", 11 * DAY).await;
    let old = OldBuilds {
        before: at(DAY),
        newest: 1000,
    };
    let job = store.jobs(first).await.unwrap()[0].id;
    let removed = store.remove_builds(one, old, 100).await.unwrap();
    assert_eq!((removed.builds, removed.jobs.contains(&job)), (2, true));
    assert_eq!(builds(&store).await, [2, 4, 5]);
    assert!(store.job(job).await.unwrap().is_none());
    // Numbers are never given twice, and a build of the same meaning may be made again.
    let again = passed(&store, one, "main", 0).await;
    assert_eq!(store.build(again).await.unwrap().unwrap().number, 6);
}

pub(crate) async fn builds_beyond_the_newest_go_in_batches(place: &Database) {
    let store = place.open().await;
    let (one, two) = (repository(&store, 1).await, repository(&store, 2).await);
    for second in 0..9 {
        passed(&store, one, "main", second).await;
    }
    passed(&store, two, "main", 0).await;
    let old = OldBuilds {
        before: at(-1),
        newest: 4,
    };
    let mut counts = Vec::new();
    for _ in 0..4 {
        counts.push(store.remove_builds(one, old, 2).await.unwrap().builds);
    }
    assert_eq!(counts, [2, 2, 1, 0]);
    assert_eq!(builds(&store).await, [1, 6, 7, 8, 9]);
}

pub(crate) async fn what_runs_or_is_to_be_told_stays(place: &Database) {
    let store = place.open().await;
    let one = repository(&store, 1).await;
    begun(&store, one, "waits", &[1]).await;
    let runs = begun(&store, one, "runs", &[1]).await.id;
    event(&store, runs, 1, Event::JobStarted(1)).await;
    // Decided, and GitHub has not heard of it.
    let untold = new_build(one, "untold", &[1]);
    let untold = store
        .create_build(&untold, at(0))
        .await
        .unwrap()
        .unwrap()
        .id;
    event(&store, untold, 1, Event::CancelBuild).await;
    let old = OldBuilds {
        before: at(100 * DAY),
        newest: 0,
    };
    let removed = store.remove_builds(one, old, 100).await.unwrap();
    assert_eq!((removed.builds, builds(&store).await), (0, vec![1, 2, 3]));
}

pub(crate) async fn old_deliveries_go_but_not_those_that_wait(place: &Database) {
    let store = place.open().await;
    let mut ids = Vec::new();
    for guid in ["1", "2", "3", "waits"] {
        let stored = store.put_delivery(delivery(guid)).await.unwrap();
        let (Stored::New(id) | Stored::Known(id)) = stored;
        ids.push(id);
    }
    let outcome = DeliveryOutcome::Ignored("x".to_owned());
    for id in &ids[..3] {
        let end = store.finish_delivery(*id, None, &outcome, at(1));
        end.await.unwrap();
    }
    assert_eq!(store.remove_deliveries(at(0), 10).await.unwrap(), 0);
    assert_eq!(store.remove_deliveries(at(1), 2).await.unwrap(), 2);
    assert_eq!(store.remove_deliveries(at(1), 2).await.unwrap(), 1);
    assert!(store.has_delivery("waits").await.unwrap());
    assert!(!store.has_delivery("1").await.unwrap());
}

pub(crate) async fn old_deliveries_are_found_without_reading_the_others(place: &Database) {
    let store = place.open().await;
    store.put_delivery(delivery("old")).await.unwrap();
    let mut connection = raw(place).await;
    run(
        &mut connection,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
         INSERT INTO deliveries (guid, event, body, polled, received, due) \
         SELECT 'young ' || i, event, body, polled, received + 10000000, due FROM n, deliveries; \
         UPDATE deliveries SET outcome = 'ignored'; ANALYZE deliveries",
    )
    .await;
    let plan = explain(place, &mut connection, OLD_DELIVERIES).await;
    assert!(
        plan.contains("deliveries_of_age") && !plan.contains("Seq Scan") && !plan.contains("SCAN "),
        "{plan}"
    );
    assert_eq!(store.remove_deliveries(at(1), 10).await.unwrap(), 1);
    assert!(store.has_delivery("young 1").await.unwrap());
}

/// How the database would answer a query of two numbers.
async fn explain(place: &Database, connection: &mut AnyConnection, query: &str) -> String {
    let explain = match place {
        Database::File(_) => "EXPLAIN QUERY PLAN",
        Database::Server { .. } => "EXPLAIN",
    };
    let explain = AssertSqlSafe(format!("{explain} {query}"));
    let plan = sqlx::query(explain).bind(1_i64).bind(10_i64);
    let plan = plan.fetch_all(connection).await.unwrap();
    // The words are in the last column of both.
    let words = plan.iter().map(|row| row.get(row.len() - 1));
    words.collect::<Vec<String>>().join("\n")
}

/// A log, as a job writes it; whether it is there.
fn log(data: &Path, job: u64) -> impl Fn() -> bool + use<> {
    let folder = LogId { job, attempt: 1 }.folder(data);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("0"), "hello").unwrap();
    move || folder.exists()
}

pub(crate) async fn logs_go_with_age_with_their_rows_and_where_a_crash_left_them(place: &Database) {
    let store = place.open().await;
    let data = tempfile::tempdir().unwrap();
    let one = repository(&store, 1).await;
    head(&store, one, "refs/heads/main").await;
    let mut logs = Vec::new();
    // Removed whole; its log alone; nothing of it.
    for (branch, day) in [("gone", 0), ("main", 15), ("main", 19)] {
        let build = passed(&store, one, branch, day * DAY).await;
        let job = store.jobs(build).await.unwrap()[0].id;
        logs.push(log(data.path(), job.0));
    }
    let runs = begun(&store, one, "runs", &[1]).await.id;
    event(&store, runs, 1, Event::JobStarted(1)).await;
    let job = store.jobs(runs).await.unwrap()[0].id;
    logs.push(log(data.path(), job.0));
    // Its row went, and then the agent was killed.
    logs.push(log(data.path(), 4711));
    let other = data.path().join("logs/notes");
    std::fs::create_dir_all(&other).unwrap();

    let janitor = Janitor::new(store.clone(), data.path().to_owned());
    let removed = janitor.turn(KEPT, at(20 * DAY)).await.unwrap();
    let expected = Removed {
        builds: 1,
        deliveries: 0,
        logs: 3,
    };
    assert_eq!(removed, expected);
    let there: Vec<bool> = logs.iter().map(|there| there()).collect();
    assert_eq!(there, [false, false, true, true, false]);
    assert!(other.exists(), "what is not ours stays");
    let again = janitor.turn(KEPT, at(20 * DAY)).await.unwrap();
    assert_eq!(again, Removed::default());
}
