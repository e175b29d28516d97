//! Builds that the operator ends.

use crate::meeting::Meeting;
use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_canceled_build_stops_its_running_jobs_and_begins_no_others() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let meeting = Meeting::new();
    let config = format!(
        "env: {{global: [{}]}}
jobs:
  include:
  - {{stage: test, name: Endless, script: exec 9<>$MEET; read -r answer <&9}}
  - {{stage: release, name: Release, script: echo released}}
",
        meeting.variable()
    );
    let sha = repo.push("main", &[(".ci.yml", &config)], "Work");
    // Kept open: nothing but the operator ends the job.
    let _guest = meeting.guest();
    agent.form("octo/hello/builds/1/cancel", "").await;
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Canceled: 0 of 2 jobs passed"), "{text}");
    for job in ["1.1", "1.2"] {
        assert_eq!(agent.job("octo/hello", job).await.state, "canceled");
    }
    let log = agent.log("octo/hello", "1.1", 1).await;
    assert!(log.contains("Done: Job Cancelled"), "{log}");
    world.finish(agent);
}
