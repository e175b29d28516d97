//! Containers that somebody else takes away while the agent is down (reliability R16): the job runs
//! once more, and one that may have deployed never.

use crate::engine::docker;
use crate::serving::Serving;
use crate::tally::Tally;
use crate::world::{PUSH, World};
use std::process::Command;

const SLUG: &str = "octo/gone";

/// Jobs that sleep until their container is gone; how often depends.
const CONFIG: &str = "
jobs:
  include:
  - name: Once
    script:
    - times=$(./tell script of Once)
    - '[ \"$times\" -gt 1 ] || sleep 600'
  - name: Always
    script:
    - ./tell script of Always
    - sleep 600
  - name: Deploys
    script: ./tell script of Deploys
    deploy: {provider: script, script: ./publish, on: {branch: main}}
";
const PUBLISH: &str = "#!/usr/bin/env bash\n./tell deployment\nsleep 600\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_container_is_taken_away_runs_once_more_and_a_deployment_never() {
    let world = World::with("jobs: {parallel: 3}\n");
    let repo = world.add(SLUG, &[]);
    let tally = Tally::new();
    let tell = tally.program();
    let agent = world.serve().await;
    let files = [
        (".ci.yml", CONFIG),
        ("publish", PUBLISH),
        ("tell", tell.as_str()),
    ];
    let sha = repo.push("main", &files, "Build me");
    let counted = |words: &'static str, times| {
        let tally = tally.clone();
        async move || tally.of(words) == times
    };
    agent.until("a deployment", counted("deployment", 1)).await;
    agent.until("a script", counted("script of Once", 1)).await;
    agent.until("another", counted("script of Always", 1)).await;

    agent.kill();
    take_away(&world, &["rm", "-f"]);
    let agent = world.serve().await;
    agent
        .until("a job that passes", async || {
            state(&agent, "1.1").await == "passed"
        })
        .await;
    agent
        .until("one again", counted("script of Always", 2))
        .await;

    agent.kill();
    // Another way to be gone.
    take_away(&world, &["kill"]);
    let agent = world.serve().await;
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap();
    assert!(text.contains("Always"), "{text}");
    for job in ["1.2", "1.3"] {
        let job = agent.job(SLUG, job).await;
        assert_eq!(job.state, "errored", "{job:?}");
        assert!(
            job.reason.ends_with("it is not repeated by itself"),
            "{job:?}"
        );
    }
    let counts = [
        "script of Once",
        "script of Always",
        "script of Deploys",
        "deployment",
    ];
    assert_eq!(counts.map(|words| tally.of(words)), [2, 2, 1, 1]);
    repo.statuses(&sha);
    world.finish(agent);
}

async fn state(agent: &Serving, job: &str) -> String {
    agent.job(SLUG, job).await.state
}

/// Does this to all running containers of the world's agent.
fn take_away(world: &World, how: &[&str]) {
    let label = format!("label=ci.agent={}", world.machine.identity());
    let all = docker(&["ps", "-q", "--filter", &label]);
    assert!(!all.is_empty(), "nothing runs");
    for one in all.lines() {
        let done = Command::new("docker").args(how).arg(one).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        // The container of a job that has just ended goes by itself.
        let by_itself = ["is not running", "No such container", "already in progress"];
        let gone = by_itself.iter().any(|words| said.contains(words));
        assert!(done.status.success() || gone, "docker {how:?}: {said}");
    }
}
