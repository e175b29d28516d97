//! Many jobs on several agents (reliability R40).

use crate::world;
use crate::world::{World, play};
use agent::backend::fake::FakeBackend;
use agent::protocol::JobResult;
use agent::scheduler::State;
use agent::store::{BuildId, JobId, JobRow};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often each instance was started, of all engines.
type Starts = Arc<Mutex<HashMap<String, usize>>>;

fn engine(starts: &Starts) -> Arc<FakeBackend> {
    let starts = Arc::clone(starts);
    FakeBackend::new(move |spec, _| {
        // The id without the data folder's name: job, attempt and epoch.
        let job = spec.id.splitn(2, '-').last().unwrap().to_owned();
        *starts.lock().unwrap().entry(job).or_default() += 1;
        play(
            &["x".to_owned()],
            Duration::from_millis(1),
            JobResult::Passed,
        )
    })
}

/// When a job began, and how long it had waited by then.
fn waited(job: &JobRow) -> (Timestamp, Duration) {
    let (queued, started) = (job.attempt.queued.unwrap(), job.attempt.started.unwrap());
    (
        started,
        Duration::try_from(started.duration_since(queued)).unwrap_or_default(),
    )
}

async fn all_jobs(world: &World, builds: &[BuildId]) -> Vec<JobRow> {
    let mut jobs = Vec::new();
    for build in builds {
        assert_eq!(world.state(*build).await, State::Passed);
        jobs.extend(world.jobs(*build).await);
    }
    jobs
}

#[tokio::test(flavor = "multi_thread")]
async fn three_agents_run_each_of_two_hundred_jobs_once_and_nobody_starves() {
    let starts = Starts::default();
    let engines = [engine(&starts), engine(&starts), engine(&starts)];
    let world = world(&engines[0]).await;
    let mut big = Vec::new();
    for number in 0..9 {
        big.push(world.build(&format!("push {number}"), &[20]).await);
    }
    // It comes last, from somebody who has nothing else.
    let small = [world.build_for(8, "small", &[20]).await];
    let names = ["a", "b", "c"];
    let _agents: Vec<_> = names
        .iter()
        .zip(&engines)
        .map(|(name, engine)| world.agent_on(name, engine, |_| {}))
        .collect();
    for build in big.iter().chain(&small) {
        world
            .until_within(Duration::from_secs(120), "the end of all", async || {
                world.state(*build).await.is_final()
            })
            .await;
    }
    let (big, small) = (all_jobs(&world, &big).await, all_jobs(&world, &small).await);
    let ran = starts.lock().unwrap().clone();
    assert!(ran.values().all(|&times| times == 1), "{ran:?}");
    assert_eq!(ran.len(), 200, "one lease a job");
    for engine in &engines {
        let creations = crate::asked(engine, "create");
        assert!(creations >= 30, "{creations} jobs on one of three agents");
    }
    // The two repositories take turns, so that the small one is through before half of the other.
    let mut begins: Vec<(Timestamp, JobId)> =
        big.iter().map(|job| (waited(job).0, job.id)).collect();
    begins.sort();
    let last = small.iter().map(|job| waited(job).0).max().unwrap();
    assert!(last < begins[90].0, "the small repository had to wait");
    let mut waits: Vec<Duration> = big.iter().chain(&small).map(|job| waited(job).1).collect();
    waits.sort();
    let (median, longest) = (waits[100], waits[199]);
    assert!(
        longest < median * 4,
        "{longest:?} beside a median of {median:?}"
    );
    if let Ok(path) = std::env::var("AGENT_TEST_FIGURES") {
        std::fs::write(
            path,
            format!("waits: median {median:?}, longest {longest:?}"),
        )
        .unwrap();
    }
}
