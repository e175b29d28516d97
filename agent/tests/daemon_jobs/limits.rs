//! Limits of the host and of single repositories (security T16), and jobs that run again by `retry:`.

use crate::small_disk::{again_on_a_disk_of, disk, fill};
use crate::world::{World, plan, play};
use agent::backend::fake::{FakeBackend, Play};
use agent::protocol::{JobResult, Record, Script};
use agent::scheduler::State;
use agent::store::{RepositoryId, RepositorySettings};
use schema::plan::Retry;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn passing() -> Arc<FakeBackend> {
    FakeBackend::new(|_, _| play(&[], Duration::ZERO, JobResult::Passed))
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_floor_of_free_space_jobs_wait_and_none_is_lost() {
    let Some(disk) = disk() else {
        let name = "limits::below_the_floor_of_free_space_jobs_wait_and_none_is_lost";
        return again_on_a_disk_of(16 << 10, name);
    };
    let world = World::new(passing()).await;
    let agent = world.agent_on("one", &world.engine, |settings| {
        settings.data = disk.join("data");
        settings.settings.jobs.free_space = 8 << 20;
    });
    let first = world.build("one", &[1]).await;
    assert_eq!(world.end(first).await, State::Passed);
    assert!(agent.handle.has_room());

    let filler = fill(&disk);
    world
        .until("the full disk to be seen", async || {
            !agent.handle.has_room()
        })
        .await;
    let waiting = [
        world.build("two", &[2]).await,
        world.build("three", &[1, 1]).await,
    ];
    // The queue is looked at meanwhile.
    let began = world.calls("create");
    world
        .until("the builds to be queued", async || {
            agent.handle.look();
            let mut started = true;
            for build in waiting {
                started &= world.state(build).await == State::Started;
            }
            started
        })
        .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.calls("create"), began, "a job began on a full disk");

    std::fs::remove_file(filler).unwrap();
    for build in waiting {
        assert_eq!(world.end(build).await, State::Passed);
    }
    assert!(agent.handle.has_room());
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_beyond_its_budget_of_disk_is_stopped_and_says_why() {
    let engine = FakeBackend::new(|_, _| Play {
        output: vec![
            (Duration::ZERO, Record::hello("/bin/sh").encode()),
            (Duration::from_secs(600), Vec::new()),
        ],
        disk: vec![(Duration::ZERO, 100 << 20)],
        ..Play::default()
    });
    let world = World::new(engine).await;
    let agent = world.agent_with("one", |settings| settings.jobs.disk = 64 << 20);
    let build = world.build("one", &[1]).await;
    assert_eq!(world.end(build).await, State::Errored);
    let job = &world.jobs(build).await[0];
    let reason = job.attempt.reason.as_deref().unwrap();
    assert!(reason.starts_with("disk limit: "), "{reason}");
    let log = world.log("one", job);
    assert!(
        log.contains("exceeded the maximum disk space for jobs (64 MiB)"),
        "{log}"
    );
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_a_repository_come_before_those_of_the_agent() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let engine = FakeBackend::new(move |spec, script| {
        let script = Script::decode(script.get(4..).unwrap_or_default()).unwrap();
        noted.lock().unwrap().push((spec.limits, script.limits));
        play(&[], Duration::ZERO, JobResult::Passed)
    });
    let world = World::new(engine).await;
    let agent = world.agent_with("one", |settings| settings.jobs.memory = 1 << 30);
    let own = |settings: &mut RepositorySettings| {
        settings.memory = Some(3 << 30);
        settings.hard_limit = Some(7200);
        settings.silence_limit = Some(33);
    };
    let changed = world.store.change_settings(RepositoryId(7), own).await;
    assert!(changed.unwrap().is_some());
    let build = world.build("one", &[1]).await;
    assert_eq!(world.end(build).await, State::Passed);
    let other = world.build_for(8, "other", &[1]).await;
    assert_eq!(world.end(other).await, State::Passed);
    let seen = seen.lock().unwrap().clone();
    let figures = seen.iter().map(|(container, times)| {
        (
            container.memory,
            times.hard.as_secs(),
            times.silence.as_secs(),
        )
    });
    let figures: Vec<_> = figures.collect();
    assert_eq!(figures, [(3 << 30, 7200, 33), (1 << 30, 3000, 600)]);
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_again_by_itself_with_an_attempt_and_a_log_of_its_own() {
    let runs = AtomicU32::new(0);
    let engine = FakeBackend::new(move |_, _| {
        let run = runs.fetch_add(1, Ordering::SeqCst) + 1;
        let result = if run < 3 {
            JobResult::Failed
        } else {
            JobResult::Passed
        };
        play(&[format!("run {run}\r\n")], Duration::ZERO, result)
    });
    let world = World::new(engine).await;
    let mut plan = plan(&[1, 1]);
    plan.stages[0].jobs[0].retry = Some(Retry {
        count: 2,
        on: Vec::new(),
    });
    let agent = world.agent("one");
    let build = world.build_of("one", plan).await;
    assert_eq!(world.end(build).await, State::Passed);
    let job = world.jobs(build).await.remove(0);
    assert_eq!((job.attempt.number, job.retried()), (3, Some((2, 2))));
    let earlier = world.store.earlier_attempts(job.id).await.unwrap();
    let kept = earlier
        .iter()
        .map(|one| (one.number, one.state, one.retried));
    let kept: Vec<_> = kept.collect();
    assert_eq!(kept, [(1, State::Failed, 0), (2, State::Failed, 1)]);
    assert!(world.log("one", &job).contains("run 3"));
    let mut first = job;
    first.attempt = earlier.into_iter().next().unwrap();
    assert!(world.log("one", &first).contains("run 1"));
    agent.stop().await;
}
