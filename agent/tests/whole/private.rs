//! Repositories that not everybody may see.

use crate::engine::{inspected, process_list};
use crate::meeting::Meeting;
use crate::world::{PUSH, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_private_repository_is_built_and_neither_its_pages_nor_the_token_are_seen() {
    let world = World::new();
    let agent = world.serve().await;
    let repo = world.add("octo/hidden", &[]);
    repo.privatize();
    let hidden = async || agent.page("octo/hidden").await.0 == 404;
    agent.until("hidden pages", hidden).await;
    let meeting = Meeting::new();
    let config = format!(
        "env: {{global: [{}]}}
script:
  - cat README .git/config; env; git log --format='the subject %s'
  - exec 9<>$MEET; read -r answer <&9
",
        meeting.variable()
    );
    let sha = repo.push("main", &[(".ci.yml", &config)], "Hide");
    let mut guest = meeting.guest();
    let during = [inspected(), process_list()];
    guest.say("go on");
    repo.expect_status(&sha, PUSH, "success").await;

    let (code, log) = agent.operators_page("octo/hidden/jobs/1.1/log").await;
    assert_eq!(code, 200, "{log}");
    for part in ["For a test", "the subject Hide", &repo.clone_url()] {
        assert!(log.contains(part), "no {part:?}: {log}");
    }
    for secret in world.machine.secrets() {
        let seen = during.iter().chain([&log]);
        for text in seen {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    for path in ["", "/builds/1", "/jobs/1.1", "/jobs/1.1/log", "/deliveries"] {
        assert_eq!(agent.page(&format!("octo/hidden{path}")).await.0, 404);
    }
    world.finish(agent);
}
