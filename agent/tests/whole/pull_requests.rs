//! Pull requests of the repository itself.

use crate::meeting::Meeting;
use crate::world::{PULL, PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_merged_only_when_its_build_has_passed() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    assert_eq!(repo.required_contexts("main"), [PULL]);
    let main = repo.push("main", &[(".ci.yml", "script: 'true'\n")], "Work");
    repo.expect_status(&main, PUSH, "success").await;

    let meeting = Meeting::new();
    let config = format!(
        "env: {{global: [{}]}}
script: exec 9<>$MEET; echo $TRAVIS_PULL_REQUEST `git rev-parse HEAD` >&9; read -r answer <&9
if: type = pull_request
",
        meeting.variable()
    );
    let head = repo.push("topic", &[(".ci.yml", &config)], "Better");
    let pull = repo.open_pull_request("topic", "main", "Better");
    let merge = pull.merge_commit().await.unwrap();
    let mut guest = meeting.guest();
    assert_eq!(guest.hear(), format!("{} {merge}", pull.number));
    repo.expect_status(&head, PULL, "pending").await;
    let refused = pull.merge().await.unwrap_err();
    assert!(refused.contains(PULL), "{refused}");
    guest.say("go on");
    let status = repo.expect_status(&head, PULL, "success").await;
    let url = status.target_url.unwrap();
    assert_eq!(url, format!("{}/octo/hello/builds/2", agent.url));
    // The push of the branch was told, too, on its own context.
    repo.expect_status(&head, PUSH, "success").await;
    let merged = pull.merge().await.unwrap();
    repo.expect_status(&merged, PUSH, "success").await;
    assert!(repo.statuses(&merge).is_empty(), "statuses are for heads");
    world.finish(agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_that_fails_is_not_merged() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hello", &[]);
    let main = repo.push("main", &[(".ci.yml", "script: test ! -e bad\n")], "Work");
    repo.expect_status(&main, PUSH, "success").await;
    let head = repo.push("topic", &[("bad", "\n")], "Worse");
    let pull = repo.open_pull_request("topic", "main", "Worse");
    repo.expect_status(&head, PUSH, "failure").await;
    repo.expect_status(&head, PULL, "failure").await;
    pull.merge().await.unwrap_err();
    let head = pull.synchronize(&[("bad", "still\n")], "Try again");
    repo.expect_status(&head, PULL, "failure").await;
    repo.expect_status(&head, PUSH, "failure").await;
    let head = {
        let files: [(&str, Option<&[u8]>); 1] = [("bad", None)];
        repo.push_edits("topic", &files, "Mend it")
    };
    repo.expect_status(&head, PUSH, "success").await;
    repo.expect_status(&head, PULL, "success").await;
    pull.merge().await.unwrap();
    let merged = repo.head("main");
    repo.expect_status(&merged, PUSH, "success").await;
    world.finish(agent);
}
