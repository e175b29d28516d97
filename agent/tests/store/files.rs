//! The file itself: who may read it, and what it is not opened for.

use crate::suite::make::{MANY, begun, delivery, event, repository};
use agent::queue::{NEXT, Queue};
use agent::scheduler::{Event, State};
use agent::store::{Location, Store, StoreError, Stored};
use sqlx::{Connection, Row, SqliteConnection};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

async fn raw(path: &Path) -> SqliteConnection {
    let url = format!("sqlite://{}", path.display());
    SqliteConnection::connect(&url).await.unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn nobody_else_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("da ta?#%20/agent.db");
    let store = Store::open(&Location::Sqlite(path.clone())).await.unwrap();
    store.put_delivery(delivery("a")).await.unwrap();
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_file_name("agent.db-wal")), 0o600);
    drop(store);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    Store::open(&Location::Sqlite(path.clone())).await.unwrap();
    assert_eq!(mode(&path), 0o600);
}

/// Not a byte of it: opening a file for writing may already move its journal.
#[tokio::test]
async fn a_newer_one_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let location = Location::Sqlite(path.clone());
    drop(Store::open(&location).await.unwrap());
    let mut connection = raw(&path).await;
    sqlx::raw_sql("INSERT INTO agent_tables VALUES (99)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&location).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn what_cannot_be_opened_says_where_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "not a database ".repeat(1000)).unwrap();
    let error = Store::open(&Location::Sqlite(garbage.clone()))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("garbage.db") && text.contains("backup"),
        "{text}"
    );
    assert!(!error.is_temporary());
    let below_a_file = garbage.join("agent.db");
    let error = Store::open(&Location::Sqlite(below_a_file))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("garbage.db/agent.db"), "{error}");
}

/// A backup, or an operator's `sqlite3`, holds the lock (reliability R45).
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_locks_for_seconds_loses_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let location = Location::Sqlite(path.clone());
    let store = Store::open(&location).await.unwrap();
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[1]).await.id;
    let mut holder = raw(&path).await;
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut holder)
        .await
        .unwrap();
    let puts = (0..20).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { store.put_delivery(delivery(&format!("{number}"))).await })
    });
    let puts: Vec<_> = puts.collect();
    let step = tokio::spawn({
        let store = store.clone();
        async move { event(&store, build, 2, Event::JobEnded(1, State::Errored)).await }
    });
    let second_start = tokio::spawn(async move { Store::open(&location).await });
    // Longer than any single try of SQLite's own.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(puts.iter().all(|put| !put.is_finished()) && !step.is_finished());
    // Who only reads does not wait.
    assert_eq!(store.deliveries(None, None, 100).await.unwrap().len(), 0);
    sqlx::raw_sql("COMMIT").execute(&mut holder).await.unwrap();
    for put in puts {
        assert!(matches!(put.await.unwrap(), Ok(Stored::New(_))));
    }
    assert!(step.await.unwrap().is_some());
    second_start.await.unwrap().unwrap();
    assert_eq!(store.deliveries(None, None, 100).await.unwrap().len(), 20);
}

/// Thousands of jobs that wait for a group cost those little that do not.
#[tokio::test]
async fn jobs_behind_a_group_hold_no_other_claim_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let store = Store::open(&Location::Sqlite(path.clone())).await.unwrap();
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[30]).await.id;
    let mut connection = raw(&path).await;
    let text = format!(
        "UPDATE builds SET group_key = 'own:a', in_group = 2 WHERE id = {build}; \
         INSERT INTO builds (repository, number, meaning, request, sources, stages, fast_finish, \
         status_sha, state, created, round, group_key, in_group, turn) SELECT repository, 2, 'b', \
         request, sources, stages, 0, status_sha, 'started', 0, 0, 'own:a', 1, 2 FROM builds; \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state, gate) \
         SELECT {build} + 1, 1, i, 0, '{{}}', 0, 'queued', 1 FROM n"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(text))
        .execute(&mut connection)
        .await
        .unwrap();
    let queue = Queue::new(store.clone(), "agent".to_owned());
    let began = Instant::now();
    for _ in 0..20 {
        assert!(queue.claim(MANY).await.unwrap().is_some());
    }
    assert!(
        began.elapsed().as_millis() < 20 * 100,
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_claim_looks_into_indexes_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let store = Store::open(&Location::Sqlite(path.clone())).await.unwrap();
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[1]).await.id;
    let mut connection = raw(&path).await;
    // As many more as make a claim that reads them all slow.
    let text = format!(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
         INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state) \
         SELECT {build}, 1, i, 0, '{{}}', 0, 'queued' FROM n"
    );
    sqlx::query(sqlx::AssertSqlSafe(text))
        .execute(&mut connection)
        .await
        .unwrap();
    let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {NEXT}")))
        .bind(i64::MAX)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    let scans = |table: &str| {
        plan.iter()
            .any(|line| line.starts_with(&format!("SCAN {table}")))
    };
    assert!(!scans("q") && !scans("l") && !scans("j"), "{plan:#?}");
    assert!(
        plan.iter().any(|line| line.contains("jobs_waiting")),
        "{plan:#?}"
    );
    assert!(
        plan.iter().any(|line| line.contains("jobs_leased")),
        "{plan:#?}"
    );
    let queue = Queue::new(store, "agent".to_owned());
    let began = Instant::now();
    for _ in 0..20 {
        assert!(queue.claim(MANY).await.unwrap().is_some());
    }
    // A claim that sorts all that wait takes some hundred times as long.
    assert!(
        began.elapsed().as_millis() < 20 * 100,
        "{:?}",
        began.elapsed()
    );
}
