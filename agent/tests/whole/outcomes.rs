//! What pushes come to.

use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_fails_the_commit_and_is_named() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let config = "jobs:\n  include:\n  - {name: Good, script: \"true\"}\n  - {name: Bad, script: echo no; false}\n";
    let sha = repo.push("main", &[(".ci.yml", config)], "Break it");
    repo.expect_status(&sha, PUSH, "pending").await;
    let status = repo.expect_status(&sha, PUSH, "failure").await;
    let text = status.description.unwrap();
    assert!(
        text.starts_with("Failed: Bad; 1 of 2 jobs passed, "),
        "{text}"
    );
    let url = status.target_url.unwrap();
    assert_eq!(url, format!("{}/octo/hello/builds/1", agent.url));
    assert_eq!(agent.build("octo/hello", 1).await, "failed");
    assert_eq!(agent.job("octo/hello", "1.1").await.state, "passed");
    let bad = agent.job("octo/hello", "1.2").await;
    assert_eq!((bad.state.as_str(), bad.title.as_str()), ("failed", "Bad"));
    assert_eq!(bad.reason, "script, command 1 exited with 1");
    let log = agent.log("octo/hello", "1.2", 1).await;
    assert!(log.contains("\nno\r\n"), "{log}");
    world.finish(agent);
}
