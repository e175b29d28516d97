//! A repository that turns private while people look at it (threat T5).

use crate::agent::{CONFIG, PUSH, hello};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn its_pages_and_logs_are_gone_once_github_has_told() {
    let (model, agent, repo) = hello().await;
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    let pages = [
        "octo/hello",
        "octo/hello/deliveries",
        "octo/hello/builds/1",
        "octo/hello/jobs/1.1",
        "octo/hello/jobs/1.1/log",
        "octo/hello/jobs/1.1/log/events",
    ];
    for page in &pages[..4] {
        assert_eq!(agent.page(page).await.0, 200, "{page}");
    }
    repo.privatize();
    let hidden = async {
        while agent.page(pages[0]).await.0 != 404 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let hidden = tokio::time::timeout(Duration::from_secs(20), hidden);
    hidden.await.expect("it can still be seen");
    let missing = agent.page("octo/none").await;
    for page in pages {
        assert_eq!(agent.page(page).await, missing, "{page}");
    }
    assert!(!agent.page("").await.1.contains("hello"));
    agent.stop().await;
    model.finish();
}
