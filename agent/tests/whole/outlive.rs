//! Jobs outlive the agent.

use crate::engine::docker;
use crate::meeting::Meeting;
use crate::world::{PUSH, World};

/// Lines that the job prints while the agent is away.
const AWAY: usize = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_stopped_goes_on_with_its_running_jobs() {
    let world = World::with("queue: {drain_timeout: 1s}\n");
    let agent = world.serve().await;
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
