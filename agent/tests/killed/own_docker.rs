//! A job with a Docker daemon of its own, over whose head the agent is killed.

use crate::engine::docker;
use crate::tally::Tally;
use crate::world::{PUSH, World};

const SLUG: &str = "octo/docker";

const CONFIG: &str = "
services: docker
script:
- before=$(docker info --format '{{.ID}}')
- ./tell script
- until [ \"$(./tell waiting)\" -gt 100 ]; do sleep 0.1; done
- after=$(docker info --format '{{.ID}}')
- echo \"the engine of before? $([ \"$before\" = \"$after\" ] && echo yes || echo no)\"
";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_keeps_its_docker_daemon_and_its_layers_are_nobody_elses() {
    let world = World::with("jobs: {parallel: 2}\n");
    let repo = world.add(SLUG, &["--docker"]);
    let tally = Tally::new();
    let tell = tally.program();
    let agent = world.serve().await;
    let files = [(".ci.yml", CONFIG), ("tell", tell.as_str())];
    let first = repo.push("main", &files, "Build me");
    agent
        .until("a script", async || tally.of("script") == 1)
        .await;
    agent.kill();
    let agent = world.serve().await;
    // Of the same scope, while the first one still runs under an agent that did not make it.
    let second = repo.push("other", &[("a", "1\n")], "Build me, too");
    agent
        .until("another script", async || tally.of("script") == 2)
        .await;
    let stores = docker(&[
        "ps",
        "--filter",
        &format!("label=ci.agent={}", world.machine.identity()),
        "--format",
        "{{.Mounts}}",
        "--no-trunc",
    ]);
    tally.add("waiting", 1000);
    for (sha, job) in [(first, "1.1"), (second, "2.1")] {
        repo.expect_status(&sha, PUSH, "success").await;
        let log = agent.log(SLUG, job, 1).await;
        assert!(log.contains("\nthe engine of before? yes\r\n"), "{log}");
    }
    let mut stores: Vec<&str> = stores
        .split(['\n', ','])
        .filter(|name| name.starts_with("ci-layers-"))
        .collect();
    stores.sort_unstable();
    assert_eq!(stores.len(), 2);
    assert_ne!(stores[0], stores[1], "two daemons on one store");
    assert_eq!(tally.of("script"), 2);
    world.finish(agent);
}
