//! What nobody told, found by asking.

use crate::github_model::{Loss, Repo};
use crate::serving::Serving;
use crate::world::{PUSH, World};

/// As often as settings allow.
const OFTEN: &str = "poll: {interval: 10s}\n";

/// An agent that asks as often as it may, and a repository that it has looked at.
async fn asking(world: &World, config: &str) -> (Serving, Repo) {
    let agent = world.serve().await;
    // What is there before it is added is not built.
    let repo = world.add_with("octo/hello", &[(".ci.yml", config)], &[]);
    // Branches and tags are listed before pull requests: what comes from here on is news.
    let listed = || world.model.calls_like("GET /repos/*/pulls*").len();
    let by_setting_up = listed();
    let looked = async || listed() > by_setting_up;
    agent.until("the first look", looked).await;
    (agent, repo)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_is_found_by_asking_and_built_once() {
    let world = World::with(OFTEN);
    let (agent, repo) = asking(&world, "script: cat a\n").await;
    world.model.lose_deliveries(2, Loss::Vanished);
    let vanished = repo.push("main", &[("a", "never told\n")], "Vanished");
    let other = repo.push("topic", &[("a", "not told either\n")], "Vanished, too");
    repo.expect_status(&vanished, PUSH, "success").await;
    repo.expect_status(&other, PUSH, "success").await;
    world.model.lose_deliveries(1, Loss::Failed);
    let failed = repo.push("main", &[("a", "told in vain\n")], "Failed");
    repo.expect_status(&failed, PUSH, "success").await;
    let deliveries = agent.shown("octo/hello/deliveries").await;
    assert_eq!(deliveries.matches(", found by asking").count(), 3);
    assert_eq!(agent.page("octo/hello/builds/3").await.0, 200);
    assert_eq!(agent.page("octo/hello/builds/4").await.0, 404);
    let log = agent.log("octo/hello", "3.1", 1).await;
    assert!(log.contains("told in vain\r\n"), "{log}");
    world.finish(agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_tags_at_once_than_github_tells_are_all_built() {
    let world = World::with(OFTEN);
    let (agent, repo) = asking(&world, "script: echo \"tag $TRAVIS_TAG\"\n").await;
    let tags = repo.push_tags(4);
    let sha = repo.head("main");
    for number in 1..=4 {
        agent
            .until("a tag's build", async || {
                let (code, page) = agent.page(&format!("octo/hello/builds/{number}")).await;
                code == 200 && page.contains("<span class=\"state passed\">passed</span></h1>")
            })
            .await;
    }
    let mut told = Vec::new();
    for number in 1..=4 {
        let log = agent.log("octo/hello", &format!("{number}.1"), 1).await;
        let line = log.lines().find_map(|line| line.strip_prefix("tag "));
        told.push(line.unwrap().to_owned());
    }
    told.sort();
    assert_eq!(told, tags);
    assert_eq!(agent.page("octo/hello/builds/5").await.0, 404);
    repo.expect_status(&sha, PUSH, "success").await;
    let last = repo.statuses(&sha).pop().unwrap();
    assert_eq!(last.state, "success");
    world.finish_after(agent, || repo.statuses(&sha));
}
