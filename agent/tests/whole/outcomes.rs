//! What pushes come to.

use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_fails_the_commit_and_is_named() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let config = "jobs:\n  include:\n  - {name: Good, script: \"true\"}\n  - {name: Bad, script: sleep 2; echo no; false}\n";
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

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_config_is_an_error_with_its_line_and_the_page_shows_a_caret() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let config = "script: make\nenv:\n  - 'A=\"never closed'\n";
    let sha = repo.push("main", &[(".ci.yml", config)], "Break the config");
    let status = repo.expect_status(&sha, PUSH, "error").await;
    let text = status.description.unwrap();
    assert!(text.starts_with(".ci.yml:3:"), "{text}");
    let page = agent.shown("octo/hello/builds/1").await;
    let (_, said) = page.split_once("What the config says").unwrap();
    for part in ["is never closed", ".ci.yml:3:", "^</span>", "opened here"] {
        assert!(said.contains(part), "no {part:?}: {said}");
    }
    assert!(page.contains("Nothing was built"), "{page}");
    world.finish(agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_words_build_nothing_and_the_reason_is_told() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let files = [(".ci.yml", "script: 'true'\n")];
    let skipped = repo.push("main", &files, "Only words [ci skip]");
    let status = repo.expect_status(&skipped, PUSH, "success").await;
    let text = status.description.unwrap();
    assert!(text.starts_with("Skipped: "), "{text}");
    let deliveries = agent.shown("octo/hello/deliveries").await;
    assert!(deliveries.contains("[ci skip]"), "{deliveries}");
    // The next push is the first build.
    let built = repo.push("main", &[("a", "1\n")], "Work");
    repo.expect_status(&built, PUSH, "success").await;
    assert_eq!(agent.build("octo/hello", 1).await, "passed");
    assert_eq!(agent.page("octo/hello/builds/2").await.0, 404);
    world.finish(agent);
}
