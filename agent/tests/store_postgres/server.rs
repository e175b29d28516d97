//! What only a server can do to its clients.

use crate::suite::make::{MANY, at, begun, delivery, event, repository};
use crate::suite::{transitions, upgrade};
use crate::{place, raw};
use agent::queue::{NEXT, Queue};
use agent::scheduler::{Event, State};
use agent::store::{Location, Store, StoreError};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn agents_that_start_at_once_make_the_tables_once() {
    let place = place().await;
    let opens = (0..6).map(|_| {
        let location = place.location();
        tokio::spawn(async move { Store::open(&location).await.map(|_| ()) })
    });
    for open in opens.collect::<Vec<_>>() {
        open.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_password_reaches_no_error() {
    for url in [
        "postgres://agent:s3cret@localhost/agent?host=/no/such/folder",
        "postgres://agent:s3cret@localhost:99999/agent",
        "postgres://agent@localhost/agent?password=s3cret&host=/no/such/folder",
    ] {
        let error = Store::open(&Location::Postgres(url.into()))
            .await
            .unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("s3cret"), "{text}");
        assert!(matches!(error, StoreError::Open { .. }), "{text}");
    }
}

/// The upgrade runs into a table that somebody has locked, and dies there (reliability R47).
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_is_killed_half_way_leaves_the_old_tables_and_the_next_completes_it() {
    let place = place().await;
    upgrade::make_old(&place).await;
    let mut holder = upgrade::raw(&place).await;
    upgrade::run(
        &mut holder,
        "BEGIN; LOCK TABLE repositories IN ROW SHARE MODE",
    )
    .await;
    let location = place.location();
    let upgrading = tokio::spawn(async move { Store::open(&location).await.map(|_| ()) });
    let mut watcher = raw(&place).await;
    // It has taken the first step, and waits for the lock in the second.
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND wait_event_type = 'Lock' AND query LIKE '%ALTER TABLE repositories%'";
    until(async || {
        let row = sqlx::query(waits).fetch_one(&mut watcher).await.unwrap();
        row.get::<i64, _>(0) == 1
    })
    .await;
    end_sessions_that_wait(&mut watcher).await;
    let error = upgrading.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    upgrade::run(&mut holder, "COMMIT").await;
    assert_eq!(upgrade::version(&mut holder).await, (1, false));
    let store = place.open().await;
    upgrade::is_whole(&store).await;
    assert_eq!(
        upgrade::version(&mut holder).await,
        (upgrade::newest(), true)
    );
}

/// As SIGKILL of an agent does, seen from the server.
async fn end_sessions_that_wait(connection: &mut PgConnection) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::raw_sql(end).execute(connection).await.unwrap();
}

async fn until(mut done: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < Duration::from_secs(20), "waited in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends every session with a database but the one that asks.
async fn end_sessions(connection: &mut PgConnection) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::raw_sql(end).execute(connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_connections_lose_nothing_and_store_nothing_twice() {
    let place = place().await;
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let stored = Arc::new(AtomicUsize::new(0));
    let killer = tokio::spawn({
        let stored = Arc::clone(&stored);
        let mut connection = raw(&place).await;
        async move {
            let mut next = 3;
            while next < 300 {
                if stored.load(Ordering::SeqCst) >= next {
                    end_sessions(&mut connection).await;
                    next = stored.load(Ordering::SeqCst) + 5;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    let mut tries = 0;
    for number in 0..300 {
        // A commit whose answer was lost is told as temporary; the sender comes again.
        while let Err(error) = store.put_delivery(delivery(&format!("{number}"))).await {
            assert!(error.is_temporary(), "{error}");
            tries += 1;
        }
        stored.store(number + 1, Ordering::SeqCst);
    }
    assert!(
        tries < 30,
        "{tries} of 300 were not tried again by the store"
    );
    killer.await.unwrap();
    assert_eq!(store.deliveries(None, None, 1000).await.unwrap().len(), 300);
    let build = begun(&store, one, "push", &[1]).await.id;
    event(&store, build, 2, Event::JobEnded(1, State::Passed)).await;
}

#[tokio::test]
async fn a_frozen_agent_does_not_hold_the_queue() {
    let place = place().await;
    let store = place.open().await;
    let one = repository(&store, 1).await;
    begun(&store, one, "push", &[1]).await;
    // What a claim holds while its agent is stopped.
    let mut frozen = raw(&place).await;
    let freeze = "SET idle_in_transaction_session_timeout = '2s'; BEGIN; \
        SELECT pg_advisory_xact_lock(6002)";
    sqlx::raw_sql(freeze).execute(&mut frozen).await.unwrap();
    let began = Instant::now();
    let queue = Queue::new(store, "agent".to_owned());
    assert!(queue.claim(MANY).await.unwrap().is_some());
    assert!(began.elapsed() > Duration::from_secs(1));
}

#[tokio::test]
async fn leases_go_by_the_servers_clock() {
    let place = place().await;
    let store = place.open().await;
    let one = repository(&store, 1).await;
    begun(&store, one, "push", &[1]).await;
    let queue = Queue::new(store, "agent".to_owned());
    let (lease, _) = queue.claim(MANY).await.unwrap().unwrap();
    // An agent whose own clock is an hour off ends no lease early.
    assert_eq!(queue.expire(at(3600 * 1000)).await.unwrap(), []);
    let mut connection = raw(&place).await;
    let left = "SELECT lease_until - (extract(epoch FROM now()) * 1000)::bigint FROM jobs";
    let left: i64 = sqlx::query(left)
        .fetch_one(&mut connection)
        .await
        .unwrap()
        .get(0);
    assert!((55_000..=60_000).contains(&left), "{left}");
    let turn = "UPDATE jobs SET lease_until = lease_until - 60000";
    sqlx::query(turn).execute(&mut connection).await.unwrap();
    assert_eq!(queue.expire(at(3)).await.unwrap().len(), 1);
    assert_eq!(
        queue.renew(std::slice::from_ref(&lease)).await.unwrap(),
        [lease]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_among_many_looks_into_indexes_only() {
    let place = place().await;
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "a", &[1]).await.id;
    let mut connection = raw(&place).await;
    let text = format!(
        "INSERT INTO jobs (build, repository, number, stage, plan, allow_failure, state) \
         SELECT {build}, 1, i, 0, '{{}}', 0, 'queued' FROM generate_series(2, 100000) AS i"
    );
    sqlx::query(AssertSqlSafe(text))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("ANALYZE jobs")
        .execute(&mut connection)
        .await
        .unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN {NEXT}"));
    let plan = sqlx::query(explain)
        .bind(i64::MAX)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(
        plan.iter().any(|line| line.contains("jobs_waiting")),
        "{plan:#?}"
    );
    assert!(
        !plan.iter().any(|line| line.contains("Seq Scan on jobs")),
        "{plan:#?}"
    );
    let began = Instant::now();
    let claims = (0..10).map(|agent| {
        let queue = Queue::new(store.clone(), format!("agent {agent}"));
        tokio::spawn(async move {
            for _ in 0..20 {
                assert!(queue.claim(MANY).await.unwrap().is_some());
            }
        })
    });
    for claim in claims.collect::<Vec<_>>() {
        claim.await.unwrap();
    }
    let each = began.elapsed() / 200;
    assert!(each < Duration::from_millis(100), "{each:?} for a claim");
    if let Ok(path) = std::env::var("AGENT_TEST_FIGURES") {
        std::fs::write(path, format!("{each:?} for a claim")).unwrap();
    }
}

/// What a server does by default must not show a step what was there before it had its lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_repeats_reads_is_asked_not_to() {
    let mut place = place().await;
    place.set("default_transaction_isolation", "repeatable read");
    transitions::the_newest_build_runs_however_a_cancel_and_a_move_back_meet(&place).await;
}

/// Whoever collides at this level is told to begin again (reliability R39).
#[tokio::test(flavor = "multi_thread")]
async fn serialization_failures_are_tried_again() {
    let mut place = place().await;
    place.set("default_transaction_isolation", "serializable");
    let mut connection = raw(&place).await;
    let level = sqlx::query("SHOW transaction_isolation");
    let level: String = level.fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(level, "serializable");
    let store = place.open().await;
    let one = repository(&store, 1).await;
    let build = begun(&store, one, "push", &[24]).await.id;
    let tasks = (0..4).map(|task| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in (1..=24).filter(|number| number % 4 == task) {
                event(&store, build, 2, Event::JobStarted(number)).await;
                event(&store, build, 3, Event::JobEnded(number, State::Passed)).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let row = store.build(build).await.unwrap().unwrap();
    assert_eq!(row.state, State::Passed);
    // Without collisions nothing was shown; the server counts them with some delay.
    until(async || rolled_back(&mut connection).await > 0).await;
}

/// Transactions that the server, or their owner, gave up.
async fn rolled_back(connection: &mut PgConnection) -> i64 {
    let count = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";
    sqlx::query(count)
        .fetch_one(connection)
        .await
        .unwrap()
        .get(0)
}
