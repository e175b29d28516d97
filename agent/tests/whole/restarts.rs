//! What the operator runs again.

use crate::meeting::Meeting;
use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_that_is_restarted_and_passes_lets_the_later_stage_go_on() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let meeting = Meeting::new();
    let config = format!(
        "env: {{global: [{}]}}
jobs:
  include:
  - stage: test
    name: Flaky
    script: exec 9<>$MEET; read -r answer <&9; echo \"told to $answer\"; test $answer = pass
  - {{name: Steady, script: echo steady}}
  - {{stage: release, name: Release, script: echo released}}
",
        meeting.variable()
    );
    let sha = repo.push("main", &[(".ci.yml", &config)], "Work");
    meeting.guest().say("fail");
    let status = repo.expect_status(&sha, PUSH, "failure").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Failed: Flaky; 1 of 3 jobs"), "{text}");
    let state = async |job| agent.job("octo/hello", job).await.state;
    assert_eq!(state("1.3").await, "canceled");

    agent.form("octo/hello/jobs/1.1/restart", "").await;
    repo.expect_status(&sha, PUSH, "pending").await;
    meeting.guest().say("pass");
    let status = repo.expect_status(&sha, PUSH, "success").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Passed: 3 of 3 jobs"), "{text}");

    assert_eq!(state("1.3").await, "passed");
    let log = async |job, attempt| agent.log("octo/hello", job, attempt).await;
    let released = log("1.3", 2).await;
    assert!(released.contains("\nreleased\r\n"), "{released}");
    for (attempt, told) in [(1, "fail"), (2, "pass")] {
        let text = log("1.1", attempt).await;
        assert!(text.contains(&format!("told to {told}\r\n")), "{text}");
    }
    for (job, attempt, ended) in [
        ("1.1", 1, "failed"),
        ("1.1", 2, "passed"),
        ("1.3", 1, "canceled"),
        ("1.3", 2, "passed"),
    ] {
        let page = format!("octo/hello/jobs/{job}?attempt={attempt}");
        let page = agent.shown(&page).await;
        let heading = format!("<h1>Job {job} <span class=\"state {ended}\">");
        assert!(page.contains(&heading), "{page}");
    }
    let page = agent.shown("octo/hello/jobs/1.1").await;
    assert!(
        page.contains("asked for by <bdi>the operator</bdi>"),
        "{page}"
    );
    // What had passed was left alone.
    assert_eq!(agent.page("octo/hello/jobs/1.2?attempt=2").await.0, 404);
    world.finish(agent);
}
