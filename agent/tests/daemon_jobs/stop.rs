//! Jobs that are stopped, and agents that stop.

use crate::world::{World, play};
use agent::backend::fake::{FakeBackend, Play};
use agent::daemon::Ask;
use agent::protocol::{JobResult, Record};
use agent::scheduler::{Effect, State};
use std::sync::Arc;
use std::time::Duration;

/// Jobs that run until they are stopped.
fn endless() -> Arc<FakeBackend> {
    FakeBackend::new(|_, _| Play {
        output: vec![
            (Duration::ZERO, Record::hello("/bin/sh").encode()),
            (Duration::ZERO, Record::Output(b"begun".to_vec()).encode()),
        ],
        ..Play::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_stops_the_job_that_runs_and_ends_the_one_that_waits() {
    let world = World::new(endless()).await;
    let agent = world.agent_with("a", |settings| settings.jobs.parallel = 1);
    let build = world.build("push", &[2]).await;
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    let effects = world.cancel(build).await;
    assert!(effects.contains(&Effect::Canceled(2)), "{effects:?}");
    for effect in effects {
        if let Effect::Stop(job) = effect {
            agent.handle.stop(build, job);
        }
    }
    assert_eq!(world.end(build).await, State::Canceled);
    let jobs = world.jobs(build).await;
    assert!(jobs.iter().all(|job| job.attempt.state == State::Canceled));
    assert_eq!(world.calls("create"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_canceled_while_its_agent_was_away_is_stopped_by_the_next_start() {
    let world = World::new(endless()).await;
    let agent = world.agent("a");
    let build = world.build("push", &[1]).await;
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.kill().await;
    world.cancel(build).await;
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_agent_ends_its_jobs_and_begins_none() {
    let pause = Duration::from_millis(300);
    let engine = FakeBackend::new(move |_, _| play(&["x".into()], pause, JobResult::Passed));
    let world = World::new(engine).await;
    let agent = world.agent_with("a", |settings| settings.jobs.parallel = 1);
    let build = world.build("push", &[2]).await;
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.lifecycle.ask(Ask::Drain);
    world
        .until("the first job", async || {
            world.jobs(build).await[0].attempt.state == State::Passed
        })
        .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.jobs(build).await[1].attempt.state, State::Queued);
}
