//! Databases of other versions (reliability R47).

use super::TestClock;
use super::make::{MANY, at, event, held_event, new_build};
use crate::database::Database;
use agent::queue::{Expired, LEASE, Queue};
use agent::scheduler::{Event, State};
use agent::store::{BuildId, DeliveryOutcome, JobSummary, RepositoryId, Store, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// The newest version: each is a file.
pub(crate) fn newest() -> i64 {
    let steps = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    i64::try_from(std::fs::read_dir(steps).unwrap().count()).unwrap()
}

const REPOSITORY: RepositoryId = RepositoryId(1_296_269);
const BUILD: BuildId = BuildId(1);

/// A connection beside those of the store.
pub(crate) async fn raw(place: &Database) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&place.raw_url()).await.unwrap()
}

pub(crate) async fn run(connection: &mut AnyConnection, text: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
    run.execute(connection).await.unwrap();
}

/// Makes the place one of version 1, with a build that runs.
pub(crate) async fn make_old(place: &Database) {
    let (tables, bytes) = match place {
        Database::File(_) => (
            include_str!("../../../migrations/sqlite/0001_first.sql"),
            "CAST('$1' AS BLOB)",
        ),
        Database::Server { .. } => (
            include_str!("../../../migrations/postgres/0001_first.sql"),
            "convert_to('$1', 'UTF8')",
        ),
    };
    let mut rows = include_str!("version_1.sql").to_owned();
    while let Some((before, (body, after))) = rows
        .split_once("BYTES('")
        .and_then(|(before, rest)| Some((before, rest.split_once("')")?)))
    {
        rows = format!("{before}{}{after}", bytes.replace("$1", body));
    }
    let version = "CREATE TABLE agent_tables (version BIGINT NOT NULL PRIMARY KEY)";
    let mut connection = raw(place).await;
    run(
        &mut connection,
        &format!("BEGIN; {version}; {tables}; {rows}; COMMIT"),
    )
    .await;
    connection.close().await.unwrap();
}

/// The version of the tables, and whether what version 2 brings is there.
pub(crate) async fn version(connection: &mut AnyConnection) -> (i64, bool) {
    let newest = sqlx::query("SELECT max(version) FROM agent_tables");
    let newest: i64 = newest.fetch_one(&mut *connection).await.unwrap().get(0);
    let approvals = sqlx::query("SELECT count(*) FROM approvals");
    (newest, approvals.fetch_one(connection).await.is_ok())
}

/// What [`make_old`] left is all there.
pub(crate) async fn is_whole(store: &Store) {
    let repository = store.repository(REPOSITORY).await.unwrap().unwrap();
    assert_eq!(
        (repository.slug.as_str(), repository.hook),
        ("Octo/Hello", Some(42))
    );
    assert_eq!(
        (repository.settings.docker, repository.settings.max_jobs),
        (true, Some(2))
    );
    let deliveries = store.deliveries(None, None, 10).await.unwrap();
    let [waiting, done] = &deliveries[..] else {
        panic!("{deliveries:?}");
    };
    assert_eq!(done.outcome, Some(DeliveryOutcome::Build(BUILD)));
    let stored = store.delivery(done.id).await.unwrap().unwrap();
    assert_eq!(stored.new.body, br#"{"ref":"refs/heads/main"}"#);
    assert_eq!((waiting.outcome.is_none(), waiting.tries), (true, 2));
    let head = store.head(REPOSITORY, "refs/heads/main").await.unwrap();
    assert_eq!(
        head.as_deref(),
        Some("5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e")
    );
    let build = store.build(BUILD).await.unwrap().unwrap();
    assert_eq!((build.number, build.state), (7, State::Started));
    assert_eq!(build.request.commit_message, "Zeig, was möglich ist");
    let jobs = store.jobs(BUILD).await.unwrap();
    let states: Vec<State> = jobs.iter().map(|job| job.attempt.state).collect();
    assert_eq!(states, [State::Queued, State::Started, State::Created]);
    assert_eq!(jobs[1].plan.title, "Rust: 1.81");
    let earlier = store.earlier_attempts(jobs[0].id).await.unwrap();
    let summary = JobSummary {
        commands: vec![("script 1".to_owned(), 2, 5120)],
        ..JobSummary::default()
    };
    assert_eq!((earlier.len(), &earlier[0].summary), (1, &summary));
    let statuses = store.unsent_statuses(at(100), 10).await.unwrap();
    assert_eq!(statuses.len(), 1);
    assert_eq!(statuses[0].status.description, "Build 7 runs");
}

pub(crate) async fn a_build_that_ran_under_version_1_goes_on_under_the_newest(place: &Database) {
    make_old(place).await;
    assert_eq!(version(&mut raw(place).await).await, (1, false));
    let clock = TestClock::default();
    let store = clock.open(place).await;
    assert_eq!(version(&mut raw(place).await).await, (newest(), true));
    is_whole(&store).await;
    // Its agent takes the running job up by its lease, and claims the one that waits.
    let agent = Queue::new(store.clone(), "a".to_owned());
    let (running, _) = agent.held().await.unwrap().remove(0);
    assert_eq!(
        agent.renew(std::slice::from_ref(&running)).await.unwrap(),
        []
    );
    assert!(agent.deploying(&running).await.unwrap());
    let (claimed, job) = agent.claim(MANY).await.unwrap().unwrap();
    assert_eq!((job.plan.number, job.attempt.number), (1, 2));
    held_event(&store, &claimed, 30, Event::JobStarted(1)).await;
    held_event(&store, &claimed, 31, Event::JobEnded(1, State::Passed)).await;
    clock.turn(LEASE);
    // It had begun to deploy.
    let expired = agent.expire(at(90)).await.unwrap();
    let [Expired::Lost(lost)] = &expired[..] else {
        panic!("{expired:?}");
    };
    assert_eq!(lost.job, running.job);
    event(&store, BUILD, 91, Event::JobLost(2)).await;
    let jobs = store.jobs(BUILD).await.unwrap();
    assert_eq!(
        jobs[2].attempt.state,
        State::Queued,
        "the second job may fail"
    );
    // What the newer versions have brought works, and numbers go on where they were.
    assert!(!store.was_looked_at(REPOSITORY).await.unwrap());
    assert_eq!(store.approvals(REPOSITORY).await.unwrap().len(), 0);
    let new = new_build(REPOSITORY, "another", &[1]);
    let next = store.create_build(&new, at(100)).await.unwrap().unwrap();
    assert_eq!((next.number, next.id), (8, BuildId(2)));
    // A second start finds nothing to do.
    drop(place.open().await);
    assert_eq!(version(&mut raw(place).await).await, (newest(), true));
}

pub(crate) async fn a_newer_one_is_refused_in_words_and_left_as_it_is(place: &Database) {
    drop(place.open().await);
    let mut connection = raw(place).await;
    run(&mut connection, "INSERT INTO agent_tables VALUES (99)").await;
    let error = place.try_open().await.unwrap_err();
    let StoreError::Newer {
        found: 99, known, ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!(*known, newest());
    let text = error.to_string();
    assert!(text.contains("written by a newer agent"), "{text}");
    assert!(text.contains(&place.name()), "{text}");
    assert_eq!(version(&mut connection).await, (99, true));
}
