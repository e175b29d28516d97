//! Threats T14, T15 and T16: limits hold, an end for memory is known, and so is what a job has taken
//! of the disk.

use crate::world::World;
use agent::backend::Backend;
use agent::protocol::JobResult;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_fork_bomb_ends_with_its_own_job() {
    let world = World::new().await;
    let mut bomb = world.spec("bomb").await;
    bomb.limits.pids = 100;
    world.backend.create(&bomb).await.unwrap();
    world
        .start(&bomb, &["bomb() { bomb | bomb & }; bomb; sleep 100"])
        .await;
    let begin = Instant::now();
    let other = world.spec("other").await;
    let told = world.run(&other, &["echo fine"]).await;
    assert_eq!(told.outcome.unwrap().result, JobResult::Passed);
    world
        .backend
        .stop(&bomb.id, Duration::from_secs(1))
        .await
        .unwrap();
    world.backend.remove(&bomb.id).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(30));
    world.finish().await;
}

#[tokio::test]
async fn a_kill_for_memory_is_known_even_when_the_job_passes() {
    let world = World::new().await;
    let mut spec = world.spec("memory").await;
    spec.limits.memory = 128 << 20;
    let hungry = "python3 -c 'x = b\"x\" * (400 << 20)' || true";
    let told = world.run_and_keep(&spec, &[hungry]).await;
    assert_eq!(told.outcome.unwrap().result, JobResult::Passed);
    assert!(world.backend.status(&spec.id).await.unwrap().out_of_memory);
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn what_a_job_wrote_is_known_while_it_runs() {
    let world = World::new().await;
    let spec = world.spec("disk").await;
    world.backend.create(&spec).await.unwrap();
    let write = "head -c 30000000 /dev/zero > $HOME/big; sleep 100";
    world.start(&spec, &[write]).await;
    let begin = Instant::now();
    let used = loop {
        let used = world.backend.disk_use(&spec.id).await.unwrap();
        if used >= 30_000_000 || begin.elapsed() > Duration::from_secs(30) {
            break used;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!((30_000_000..40_000_000).contains(&used), "{used} bytes");
    world.backend.remove(&spec.id).await.unwrap();
    assert!(world.backend.disk_use(&spec.id).await.is_err());
    world.finish().await;
}
