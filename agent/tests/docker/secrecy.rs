//! Threat T8: a secret is nowhere but in its job.

use crate::contract;
use crate::world::{World, docker};
use agent::backend::Backend;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn the_engine_keeps_nothing_of_a_secret() {
    let world = World::new().await;
    let canary = format!("canary{}", ulid::Ulid::generate());
    let begin = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let spec = world.spec("secret").await;
    world.backend.create(&spec).await.unwrap();
    let commands = ["echo ${#SECRET} characters; sleep 1; touch /tmp/seen; sleep 1000"];
    let script = contract::script(&commands, &[("SECRET", &canary)], "/");
    world.backend.start(&spec.id, &script).await.unwrap();
    let name = format!("ci-{}", spec.id);
    let seen = "i=0; until [ -e /tmp/seen ] || [ $i = 100 ]; do i=$((i+1)); sleep 0.1; done";
    docker(&["exec", &name, "sh", "-c", seen]);

    assert!(!docker(&["inspect", &name]).contains(&canary), "inspect");
    let processes = Command::new("ps")
        .args(["-eww", "-o", "args"])
        .output()
        .unwrap()
        .stdout;
    assert!(
        !String::from_utf8_lossy(&processes).contains(&canary),
        "process list"
    );
    let since = begin.to_string();
    world
        .backend
        .stop(&spec.id, Duration::from_secs(1))
        .await
        .unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 1;
    let events = docker(&["events", "--since", &since, "--until", &now.to_string()]);
    assert!(
        events.contains(&name) && !events.contains(&canary),
        "events"
    );
    for place in [world.data.path().display().to_string(), engine_root()] {
        let found = Command::new("grep")
            .args(["-rqsF", &canary, &place])
            .status()
            .unwrap();
        assert_ne!(found.code(), Some(0), "{place}");
    }
    world.backend.remove(&spec.id).await.unwrap();
    world.finish().await;
}

/// What the engine keeps on disk about containers.
fn engine_root() -> String {
    format!(
        "{}/containers",
        docker(&["info", "--format", "{{.DockerRootDir}}"])
    )
}
