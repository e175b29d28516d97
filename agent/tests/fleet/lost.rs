//! Agents that are killed, or stand still for longer than their leases (reliability R36, R37).

use crate::world::{Agent, World, deploying, play};
use crate::{MOMENT, asked, pace, world};
use agent::backend::fake::{FakeBackend, Play};
use agent::conduct;
use agent::protocol::{JobResult, Record};
use agent::queue::Lease;
use agent::scheduler::{Event, State};
use agent::store::Transition;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Jobs that say who runs them, and run until they are stopped.
fn endless(who: &'static str) -> Arc<FakeBackend> {
    FakeBackend::new(move |_, _| Play {
        output: vec![
            (Duration::ZERO, Record::hello("/bin/sh").encode()),
            (Duration::ZERO, Record::Output(who.into()).encode()),
        ],
        ..Play::default()
    })
}

/// Jobs that say who runs them, some seconds later, and end so.
fn slow(who: &str, result: JobResult) -> Arc<FakeBackend> {
    let lines = [who.to_owned()];
    FakeBackend::new(move |_, _| play(&lines, Duration::from_millis(1500), result))
}

/// An agent that runs one job, and its lease.
async fn running(world: &World, engine: &Arc<FakeBackend>) -> (Agent, Lease) {
    let agent = world.agent_on("a", engine, |_| {});
    world.asked(engine, "attach", 1).await;
    (agent, world.lease("a").await)
}

/// Nothing that is said under a lost lease is written.
async fn is_refused(world: &World, lost: &Lease) {
    let queue = world.queue("a");
    let gone = queue.renew(std::slice::from_ref(lost)).await.unwrap();
    assert_eq!(gone, std::slice::from_ref(lost));
    assert!(!queue.deploying(lost).await.unwrap());
    let now = Timestamp::now();
    assert_eq!(queue.give_back(lost, now).await.unwrap(), None);
    let with = Transition {
        epoch: Some((lost.job, lost.epoch)),
        ..Transition::default()
    };
    let end = Event::JobEnded(1, State::Failed);
    let said = conduct::apply_with(&world.store, "ci", lost.build, end, &with, now).await;
    assert_eq!(said.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_job_of_a_killed_agent_is_run_by_another_after_its_lease_and_late_words_are_refused() {
    let (one, other) = (endless("a"), slow("b", JobResult::Passed));
    let world = world(&other).await;
    let build = world.build("push", &[1]).await;
    let (agent, lost) = running(&world, &one).await;
    let _other = world.agent("b");
    agent.kill().await;
    let killed = Instant::now();
    world.asked(&other, "create", 1).await;
    // Its last renewal was at most a heartbeat ago, and the others look once in a while.
    let waited = killed.elapsed();
    let least = pace().lease - pace().heartbeat - Duration::from_secs(1);
    assert!(waited >= least, "taken after {waited:?}");
    is_refused(&world, &lost).await;
    assert_eq!(world.end(build).await, State::Passed);
    let job = &world.jobs(build).await[0];
    assert_eq!(world.log("b", job), "b");
    assert_eq!(job.attempt.number, 1, "no person has restarted it");
    // What the dead agent left is removed by its next process.
    assert_eq!(one.instances().len(), 1);
    let _again = world.agent_on("a", &one, |_| {});
    world
        .until("the removal", async || one.instances().is_empty())
        .await;
    assert_eq!(asked(&one, "create"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_agent_finds_its_job_taken_and_stops_its_own_container() {
    // What ran on meanwhile has failed; whoever has the job now knows better.
    let (one, other) = (endless("a"), slow("b", JobResult::Passed));
    let world = world(&other).await;
    let build = world.build("push", &[1]).await;
    let (agent, lost) = running(&world, &one).await;
    let frozen = agent.freeze();
    let _other = world.agent("b");
    world.asked(&other, "attach", 1).await;
    drop(frozen);
    world
        .until("the end of the first container", async || {
            one.instances().is_empty()
        })
        .await;
    is_refused(&world, &lost).await;
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!(world.log("b", &world.jobs(build).await[0]), "b");
    assert_eq!((asked(&one, "create"), asked(&other, "create")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_that_a_frozen_agent_wakes_with_is_refused() {
    let (one, other) = (slow("a", JobResult::Failed), slow("b", JobResult::Passed));
    let world = world(&other).await;
    let build = world.build("push", &[1]).await;
    let (agent, _) = running(&world, &one).await;
    let frozen = agent.freeze();
    let _other = world.agent("b");
    world.asked(&other, "attach", 1).await;
    drop(frozen);
    assert_eq!(world.end(build).await, State::Passed);
    world
        .until("the end of the first container", async || {
            one.instances().is_empty()
        })
        .await;
    assert_eq!(world.state(build).await, State::Passed);
    assert_eq!(world.log("b", &world.jobs(build).await[0]), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_may_have_deployed_on_a_frozen_agent_is_deployed_by_no_other() {
    let (one, other) = (
        endless("a"),
        FakeBackend::new(|_, _| play(&[], MOMENT, JobResult::Passed)),
    );
    let world = world(&other).await;
    let build = world.build_of("push", deploying()).await;
    let (agent, lost) = running(&world, &one).await;
    let frozen = agent.freeze();
    let _other = world.agent("b");
    assert_eq!(world.end(build).await, State::Errored);
    drop(frozen);
    world
        .until("the end of the container", async || {
            one.instances().is_empty()
        })
        .await;
    is_refused(&world, &lost).await;
    let job = &world.jobs(build).await[0];
    let reason = job.attempt.reason.as_deref();
    let expected = "the agent that ran this job was lost; it is not repeated by itself";
    assert_eq!(
        (job.attempt.state, reason),
        (State::Errored, Some(expected))
    );
    assert_eq!((asked(&one, "start"), asked(&other, "create")), (1, 0));
}
