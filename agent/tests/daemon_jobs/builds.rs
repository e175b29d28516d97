//! Builds from their making to their end.

use crate::world::{World, plan, play};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::report::status::StatusState;
use agent::scheduler::State;
use schema::plan::Concurrency;
use std::time::Duration;

const QUICK: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_build_of_two_stages_passes_and_its_commit_is_told() {
    let engine = FakeBackend::new(|_, _| play(&["hello\r\n".into()], QUICK, JobResult::Passed));
    let world = World::new(engine).await;
    let agent = world.agent("a");
    let build = world.build("push", &[2, 1]).await;
    agent.handle.look();
    assert_eq!(world.end(build).await, State::Passed);
    let jobs = world.jobs(build).await;
    for job in &jobs {
        assert_eq!(world.log("a", job), "hello\r\n");
        assert_eq!(
            job.attempt.summary.commands,
            [("script 1".to_owned(), 0, 5)]
        );
    }
    assert!(jobs[2].attempt.started >= jobs[1].attempt.finished);
    let now = jiff::Timestamp::now();
    let due = world.store.unsent_statuses(now, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].status.state, StatusState::Success);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_fails_the_build_with_its_reason_and_the_next_stage_is_canceled() {
    let engine = FakeBackend::new(|_, _| play(&["no\r\n".into()], QUICK, JobResult::Failed));
    let world = World::new(engine).await;
    let _agent = world.agent("a");
    let build = world.build("push", &[1, 1]).await;
    assert_eq!(world.end(build).await, State::Failed);
    let jobs = world.jobs(build).await;
    let reason = jobs[0].attempt.reason.as_deref();
    assert_eq!(reason, Some("script, command 1 exited with 1"));
    assert_eq!(jobs[1].attempt.state, State::Canceled);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_never_run_one_job() {
    let engine = FakeBackend::new(|_, _| play(&["x".into()], QUICK, JobResult::Passed));
    let world = World::new(engine).await;
    let _agents = [world.agent("a"), world.agent("b")];
    let build = world.build("push", &[12, 6]).await;
    assert_eq!(world.end(build).await, State::Passed);
    assert_eq!((world.calls("create"), world.calls("start")), (18, 18));
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_of_a_group_run_one_after_the_other_over_two_agents_one_of_which_is_killed() {
    let pause = Duration::from_millis(150);
    let engine = FakeBackend::new(move |_, _| play(&["x".into()], pause, JobResult::Passed));
    let world = World::new(engine).await;
    let first = world.agent("a");
    let _second = world.agent("b");
    let mut builds = Vec::new();
    for meaning in ["one", "two", "three"] {
        let mut plan = plan(&[2, 1]);
        plan.concurrency = Some(Concurrency {
            group: "deploy".to_owned(),
            cancel: false,
        });
        builds.push(world.build_of(meaning, plan).await);
    }
    world
        .until("a job", async || world.calls("attach") >= 1)
        .await;
    first.kill().await;
    let _first = world.agent("a");
    let mut last = None;
    for build in builds {
        assert_eq!(world.end(build).await, State::Passed);
        let jobs = world.jobs(build).await;
        let began = jobs.iter().filter_map(|job| job.attempt.started).min();
        assert!(began >= last, "two builds held the group");
        last = jobs.iter().filter_map(|job| job.attempt.finished).max();
    }
}
