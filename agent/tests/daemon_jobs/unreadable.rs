//! Rows that this version cannot read.

use crate::world::{World, play};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::scheduler::State;
use agent::store::BuildId;
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
