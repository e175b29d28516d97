//! Jobs outlive their agent.

use crate::world::{World, deploying, play};
use agent::backend::fake::FakeBackend;
use agent::conduct;
use agent::protocol::JobResult;
use agent::queue::{Limits, Queue};
use agent::scheduler::{Event, State};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Some megabytes, so that several acknowledgements come in between.
fn lines() -> Vec<String> {
    let line = |number| format!("{number:06} {}\r\n", "x".repeat(200_000));
    (0..20).map(line).collect()
}

fn engine() -> Arc<FakeBackend> {
    let pause = Duration::from_millis(60);
    FakeBackend::new(move |_, _| play(&lines(), pause, JobResult::Passed))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_killed_again_and_again_loses_no_byte_of_a_log() {
    let world = World::new(engine()).await;
    let build = world.build("push", &[1]).await;
    for life in [150, 350, 450, 250, 150] {
        let agent = world.agent("a");
        // One that is killed between its container and its script runs in another container.
        world
            .until("a start", async || world.calls("start") == 1)
            .await;
        tokio::time::sleep(Duration::from_millis(life)).await;
        agent.kill().await;
    }
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    let jobs = world.jobs(build).await;
    assert!(
        world.log("a", &jobs[0]) == lines().concat(),
        "the log is another one"
    );
    assert_eq!(jobs[0].attempt.summary.commands.len(), 1);
    assert_eq!((world.calls("create"), world.calls("start")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_stopped_leaves_its_job_running_and_its_result_is_known_later() {
    let world = World::new(engine()).await;
    let build = world.build("push", &[1, 1]).await;
    let agent = world.agent("a");
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.stop().await;
    assert_eq!(world.engine.instances().len(), 1);
    assert_eq!(world.calls("stop"), 0);
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!(world.calls("create"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_container_went_with_its_agent_runs_once_more_and_then_is_errored() {
    let world = World::new(engine()).await;
    let build = world.build("push", &[1]).await;
    for creations in 1..=2 {
        let agent = world.agent("a");
        world
            .until("a job", async || {
                world.calls("create") == creations && world.engine.instances().len() == 1
            })
            .await;
        world
            .until("its start", async || world.calls("attach") >= creations)
            .await;
        agent.kill().await;
        for id in world.engine.instances() {
            world.engine.lose(&id);
        }
    }
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Errored);
    let reason = world.jobs(build).await[0].attempt.reason.clone();
    let expected = "its container did not outlive the agent; it is not repeated by itself";
    assert_eq!(reason.as_deref(), Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_may_have_deployed_is_never_run_again_by_itself() {
    let world = World::new(engine()).await;
    let build = world.build_of("push", deploying()).await;
    let agent = world.agent("a");
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.kill().await;
    for id in world.engine.instances() {
        world.engine.lose(&id);
    }
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Errored);
    assert_eq!(world.calls("create"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_agent_ended_before_it_ran_runs_even_where_it_deploys() {
    let world = World::new(engine()).await;
    let build = world.build_of("push", deploying()).await;
    // What is left by an agent that is killed while it fetches the commit.
    let apply = async |event| {
        let applied = conduct::apply(&world.store, "ci", build, event, Timestamp::now()).await;
        applied.unwrap().unwrap();
    };
    apply(Event::Begin).await;
    let queue = Queue::new(world.store.clone(), "a".to_owned());
    let any = Limits {
        agent: 1,
        repository: None,
    };
    let (first, _) = queue.claim(any).await.unwrap().unwrap();
    apply(Event::JobStarted(1)).await;
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!(world.calls("create"), 1);
    let id = format!("-{}-{}-{}", first.job.0, first.attempt, first.epoch);
    let own = |call: &String| call.starts_with("create") && call.ends_with(&id);
    assert!(!world.engine.calls().iter().any(own), "under a new name");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_lease_stands_for_is_removed_by_a_start() {
    let world = World::new(engine()).await;
    let build = world.build("push", &[1]).await;
    let agent = world.agent("a");
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.kill().await;
    let queue = Queue::new(world.store.clone(), "a".to_owned());
    let (lease, _) = queue.held().await.unwrap().remove(0);
    queue.give_back(&lease, Timestamp::now()).await.unwrap();
    let old = world.engine.instances();
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!(world.calls(&format!("remove {}", old[0])), 1);
    assert_eq!(world.calls("create"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_changed_while_its_job_ran_stays_hidden_for_the_next_agent() {
    let lines = ["begin\r\n", "first-secret second-secret\r\n"].map(str::to_owned);
    let pause = Duration::from_millis(1500);
    let engine = FakeBackend::new(move |_, _| play(&lines, pause, JobResult::Passed));
    let world = World::new(engine).await;
    world.variable("a", "TOKEN", "first-secret").await;
    let build = world.build("push", &[1]).await;
    let agent = world.agent("a");
    world
        .until("a job", async || world.calls("attach") == 1)
        .await;
    agent.kill().await;
    world.variable("a", "TOKEN", "second-secret").await;
    let _agent = world.agent("a");
    assert_eq!(world.end(build).await, State::Passed);
    let log = world.log("a", &world.jobs(build).await[0]);
    assert_eq!(log, "begin\r\n[secure] [secure]\r\n");
}
