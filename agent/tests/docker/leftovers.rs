//! Reliability R12, R14, R16: nothing is left, and nothing of others is taken.

use crate::contract;
use crate::world::{World, backend, docker};
use agent::backend::{Backend, BackendError, InstanceState};
use std::process::Command;
use std::time::Duration;

#[tokio::test]
async fn a_failed_creation_leaves_nothing() {
    let world = World::new().await;
    let mut spec = world.spec("failed").await;
    spec.image.id = format!("sha256:{}", "0".repeat(64));
    let error = world.backend.create(&spec).await.unwrap_err();
    assert!(
        error.to_string().contains("making the job's container"),
        "{error}"
    );
    let mut spec = world.spec("ca").await;
    spec.ca_file = Some("/nowhere.pem".into());
    let error = world.backend.create(&spec).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere.pem"), "{error}");
    world.finish().await;
}

#[tokio::test]
async fn a_caller_that_stops_waiting_can_remove_all() {
    let world = World::new().await;
    for wait in [0, 1, 5, 20, 60, 150] {
        let spec = world.spec(&format!("wait{wait}")).await;
        let create = world.backend.create(&spec);
        let _ = tokio::time::timeout(Duration::from_millis(wait), create).await;
        world.backend.remove(&spec.id).await.unwrap();
        let state = world.backend.status(&spec.id).await.unwrap().state;
        assert_eq!(state, InstanceState::Gone);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_container_that_someone_removed_is_gone_and_its_network_is_removed() {
    let world = World::new().await;
    let spec = world.spec("lost").await;
    world.backend.create(&spec).await.unwrap();
    world.start(&spec, &["sleep 1000"]).await;
    docker(&["rm", "-f", &format!("ci-{}", spec.id)]);
    assert_eq!(
        world.backend.status(&spec.id).await.unwrap().state,
        InstanceState::Gone
    );
    let attached = world.backend.attach(&spec.id, 0).await.map(drop);
    assert!(
        matches!(attached, Err(BackendError::Gone { .. })),
        "{attached:?}"
    );
    world
        .backend
        .stop(&spec.id, Duration::from_secs(1))
        .await
        .unwrap();
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn another_process_can_stop_and_remove() {
    let world = World::new().await;
    let spec = world.spec("other").await;
    world.backend.create(&spec).await.unwrap();
    world.start(&spec, &["echo first; sleep 1000"]).await;
    let other = backend(world.data.path()).await;
    assert_eq!(
        other.status(&spec.id).await.unwrap().state,
        InstanceState::Running
    );
    other.attach(&spec.id, 0).await.unwrap();
    other.stop(&spec.id, Duration::from_secs(1)).await.unwrap();
    other.remove(&spec.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_sweep_takes_what_a_killed_agent_left_and_nothing_else() {
    let world = World::new().await;
    let mine = world.spec("mine").await;
    world.backend.create(&mine).await.unwrap();
    let foreign = world.id("foreign");
    docker(&["network", "create", &foreign]);
    docker(&["volume", "create", "--label", "ci.agent=another", &foreign]);
    docker(&[
        "create",
        "--name",
        &foreign,
        "--label",
        "ci.owner=1:1",
        "ci-test-small",
        "sh",
    ]);

    let killed = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "leftovers::an_agent_that_is_killed",
            "--ignored",
            "--test-threads=1",
        ])
        .env("CI_TEST_DATA", world.data.path())
        .env("CI_TEST_ID", world.id("killed"))
        .status();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&killed.unwrap()),
        Some(9)
    );
    let name = format!("ci-{}", world.id("killed"));
    assert!(
        docker(&["ps", "--format", "{{.Names}}"])
            .lines()
            .any(|line| line == name)
    );

    let mut removed = world.backend.sweep().await.unwrap();
    removed.sort();
    assert_eq!(
        removed,
        [format!("container {name}"), format!("network {name}")]
    );
    assert_eq!(world.backend.sweep().await.unwrap(), Vec::<String>::new());
    assert_eq!(
        world.backend.status(&mine.id).await.unwrap().state,
        InstanceState::Created
    );

    docker(&["rm", &foreign]);
    docker(&["volume", "rm", &foreign]);
    docker(&["network", "rm", &foreign]);
    world.backend.remove(&mine.id).await.unwrap();
    world.finish().await;
}

/// Not a test: the process that the sweep's test lets be killed.
#[tokio::test]
#[ignore = "run by the test of the sweep"]
async fn an_agent_that_is_killed() {
    let data = std::env::var_os("CI_TEST_DATA").unwrap();
    let backend = backend(data.as_ref()).await;
    let image = backend.image("agent-base:latest").await.unwrap();
    let spec = contract::spec(&std::env::var("CI_TEST_ID").unwrap(), &image);
    backend.create(&spec).await.unwrap();
    let script = contract::script(&["sleep 1000"], &[], "/");
    backend.start(&spec.id, &script).await.unwrap();
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
}
