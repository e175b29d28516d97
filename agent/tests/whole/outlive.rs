//! Jobs outlive the agent.

use crate::engine::docker;
use crate::meeting::Meeting;
use crate::services::{Services, USER};
use crate::world::{PUSH, World};
use rustix::process::Signal;

/// Lines that the job prints while the agent is away.
const AWAY: usize = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_stopped_goes_on_with_its_running_jobs() {
    let world = World::new();
    let short = [("AGENT_QUEUE_DRAIN_TIMEOUT", "1s")];
    let agent = world.serve_with(&short).await;
    let repo = world.add("octo/hello", &[]);
    let meeting = Meeting::new();
    let config = format!(
        "jobs:
  include:
  - stage: test
    name: Long
    script:
    - exec 9<>{}; echo before; read -r answer <&9
    - seq -f 'line %.0f' {AWAY}; echo printed >&9; read -r answer <&9
    - echo after
  - {{stage: release, name: Release, script: echo released}}
",
        meeting.path()
    );
    let sha = repo.push("main", &[(".ci.yml", &config)], "Work");
    let mut guest = meeting.guest();
    repo.expect_status(&sha, PUSH, "pending").await;
    let mine = format!("label=ci.agent={}", world.machine.identity());
    let containers = || docker(&["ps", "-q", "--no-trunc", "--filter", &mine]);
    let running = containers();
    assert_eq!(running.lines().count(), 1, "{running}");

    agent.stop();
    assert_eq!(containers(), running, "the job goes on by itself");
    guest.say("go on");
    assert_eq!(guest.hear(), "printed");
    let agent = world.serve().await;
    guest.say("go on");
    let status = repo.expect_status(&sha, PUSH, "success").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Passed: 2 of 2 jobs"), "{text}");

    let log = agent.log("octo/hello", "1.1", 1).await;
    let mut lines = log.lines().skip_while(|line| !line.starts_with("line "));
    for number in 1..=AWAY {
        let line = format!("line {number}");
        assert_eq!(lines.next(), Some(line.as_str()));
    }
    assert_eq!(log.matches("\nbefore\r\n").count(), 1);
    assert_eq!(log.matches("\nafter\r\n").count(), 1);
    assert_eq!(agent.page("octo/hello/jobs/1.1?attempt=2").await.0, 404);
    world.finish(agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_docker_goes_on_and_what_it_pushed_meanwhile_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Services::registry(folder.path());
    let world = World::with(&registry.settings);
    let agent = world.serve().await;
    let repo = world.add("octo/thoughts", &["--docker"]);
    let meeting = Meeting::new();
    let config = format!(
        "services: docker
env: {{global: [REGISTRY={}, {}]}}
before_install: echo $PASSWORD | docker login --username {USER} --password-stdin $REGISTRY
script:
  - exec 9<>$MEET; read -r answer <&9
  - docker build --tag $REGISTRY/thoughts/server:away . && docker push $REGISTRY/thoughts/server:away
  - echo \"pushed with $PASSWORD\"; echo pushed >&9; read -r answer <&9
",
        registry.address("REGISTRY"),
        meeting.variable()
    );
    let config = world.seal(&repo, &config, &[("PASSWORD", registry.password())]);
    let files = [
        (".ci.yml", config.as_str()),
        ("Dockerfile", "FROM scratch\nCOPY README /\n"),
    ];
    let sha = repo.push("main", &files, "Push while the agent is away");
    let mut guest = meeting.guest();
    agent.leave();
    guest.say("go on");
    assert_eq!(guest.hear(), "pushed");
    let agent = world.serve().await;
    guest.say("go on");
    repo.expect_status(&sha, PUSH, "success").await;
    let pushed = [("away".to_owned(), registry.digest("away"))];
    assert_eq!(agent.pushed("octo/thoughts", 1).await, pushed);
    let log = agent.log("octo/thoughts", "1.1", 1).await;
    assert!(log.contains("pushed with [secure]\r\n"), "{log}");
    assert!(!log.contains(registry.password()), "{log}");
    world.finish(agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_told_to_stop_lets_a_running_job_end_and_tells_its_result() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let meeting = Meeting::new();
    let config = format!(
        "jobs:
  include:
  - {{stage: test, name: Last, script: exec 9<>{}; read -r answer <&9}}
  - {{stage: release, name: Next, script: echo released}}
",
        meeting.path()
    );
    let sha = repo.push("main", &[(".ci.yml", &config)], "Work");
    let mut guest = meeting.guest();
    repo.expect_status(&sha, PUSH, "pending").await;
    agent.signal(Signal::TERM);
    agent.heard("draining: ");
    guest.say("go on");
    agent.ended();
    // The next stage waits for the next start.
    let agent = world.serve().await;
    let status = repo.expect_status(&sha, PUSH, "success").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Passed: 2 of 2 jobs"), "{text}");
    assert_eq!(agent.job("octo/hello", "1.1").await.state, "passed");
    assert!(!meeting.has_another());
    world.finish(agent);
}
