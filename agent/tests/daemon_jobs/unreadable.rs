//! Rows that this version cannot read.

use crate::world::{World, play};
use agent::backend::fake::FakeBackend;
use agent::conduct;
use agent::protocol::JobResult;
use agent::scheduler::{Event, State};
use agent::store::BuildId;
use jiff::Timestamp;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_cannot_be_read_ends_as_errored_and_the_others_run() {
    let quick = Duration::from_millis(5);
    let engine = FakeBackend::new(move |_, _| play(&["x".into()], quick, JobResult::Passed));
    let world = World::new(engine).await;
    let (request, plan) = (world.build("1", &[1]).await, world.build("2", &[1]).await);
    let fresh = world.build("3", &[1]).await;
    let hour = jiff::Timestamp::now().as_millisecond() - 3_600_000;
    world
        .database
        .sql(&format!(
            "UPDATE builds SET created = {hour} WHERE id IN ({request}, {plan});
             UPDATE builds SET request = '?' WHERE id IN ({request}, {fresh});
             UPDATE jobs SET plan = '?' WHERE build = {plan};"
        ))
        .await;
    let _agent = world.agent("a");
    let good = world.build("4", &[1]).await;
    assert_eq!(world.end(good).await, State::Passed);
    // A newer agent may be about to begin what was made just now.
    let left = async || world.store.new_builds(BuildId(0), 10).await.unwrap();
    let ended = async || left().await == [fresh];
    world.until("the end of what is unreadable", ended).await;

    let whole = |table: &str, column: &str, of: &str| {
        format!(
            "UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE {of} = {good})
             WHERE {column} = '?';"
        )
    };
    let whole = whole("builds", "request", "id") + &whole("jobs", "plan", "build");
    world.database.sql(&whole).await;
    for (build, named) in [(request, "request of row"), (plan, "plan of row")] {
        let row = world.store.build(build).await.unwrap().unwrap();
        assert_eq!(row.state, State::Errored);
        let why = row.refused.unwrap();
        assert!(why.contains(named), "{why}");
    }
    // It can be read now.
    assert_eq!(world.end(fresh).await, State::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_since_its_build_began_ends_and_the_others_run() {
    let quick = Duration::from_millis(5);
    let engine = FakeBackend::new(move |_, _| play(&["x".into()], quick, JobResult::Passed));
    let mut world = World::new(engine).await;
    world.pace = world.pace.faster(40);
    let (job, request) = (world.build("1", &[2]).await, world.build("2", &[1]).await);
    for build in [job, request] {
        let begun = conduct::apply(&world.store, "ci", build, Event::Begin, Timestamp::now());
        begun.await.unwrap().unwrap();
    }
    world
        .database
        .sql(&format!(
            "UPDATE jobs SET plan = '?' WHERE build = {job} AND number = 1;
             UPDATE builds SET request = '?' WHERE id = {request};"
        ))
        .await;
    let _agent = world.agent("a");
    let good = world.build("3", &[1]).await;
    assert_eq!(world.end(good).await, State::Passed);
    let over = async || {
        world
            .store
            .unfinished_builds()
            .await
            .is_ok_and(|all| all.is_empty())
    };
    world.until("the end of what is unreadable", over).await;
    let whole = |table: &str, column: &str, of: &str| {
        format!(
            "UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE {of} = {good})
             WHERE {column} = '?';"
        )
    };
    let whole = whole("builds", "request", "id") + &whole("jobs", "plan", "build");
    world.database.sql(&whole).await;
    for (build, named) in [(job, "plan of row"), (request, "request of row")] {
        assert_eq!(world.state(build).await, State::Errored);
        let attempt = world.jobs(build).await.remove(0).attempt;
        assert_eq!(attempt.state, State::Errored);
        let why = attempt.reason.unwrap_or_default();
        assert!(
            why.contains("cannot be read") && why.contains(named),
            "{why}"
        );
    }
    // Only the job that could not be read is touched.
    assert_eq!(world.jobs(job).await[1].attempt.state, State::Passed);
}
