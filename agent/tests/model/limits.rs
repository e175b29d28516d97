//! Rate limits.

use crate::client::Client;
use crate::github_model::{GithubModel, Secondary};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn the_primary_limit_says_when_it_ends() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    model.leave_calls(2, Duration::from_secs(600));
    let client = Client::new(&model);
    let path = "/repos/octo/hello";
    let left = async || {
        let reply = client.get(path).await;
        let left = reply.header("x-ratelimit-remaining").map(str::to_owned);
        (reply.status, left.unwrap_or_default())
    };
    assert_eq!(left().await, (200, "1".to_owned()));
    assert_eq!(left().await, (200, "0".to_owned()));
    assert_eq!(left().await, (403, "0".to_owned()));
    assert_eq!(model.calls_too_early(), 0);
    assert_eq!(left().await, (403, "0".to_owned()));
    assert_eq!(model.calls_too_early(), 1);

    model.leave_calls(0, Duration::from_secs(1));
    let reset: i64 = client
        .get(path)
        .await
        .header("x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    while jiff::Timestamp::now().as_second() <= reset {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(left().await, (200, "4999".to_owned()));
}

#[tokio::test]
async fn the_secondary_limit_asks_for_a_pause() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let limit = Secondary {
        points: 8,
        window: Duration::from_secs(600),
        retry_after: Some(Duration::from_secs(30)),
    };
    model.secondary_limit(Some(limit));
    let client = Client::new(&model);
    for _ in 0..3 {
        assert_eq!(client.get("/repos/octo/hello").await.status, 200);
    }
    let post = client
        .call("POST", "/repos/octo/hello/hooks", json!({}))
        .await;
    assert_eq!(
        post.status, 422,
        "a writing call costs five points, of which five are left"
    );
    let refused = client.get("/repos/octo/hello").await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (403, Some("30"))
    );
    assert!(refused.text.contains("secondary rate limit"));
    assert_eq!(model.calls_too_early(), 0);
    model.secondary_limit(None);
    assert_eq!(client.get("/repos/octo/hello").await.status, 200);
    assert_eq!(model.calls_too_early(), 1, "the pause was longer");
}

#[tokio::test]
async fn what_has_not_changed_costs_nothing() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let client = Client::new(&model);
    let first = client.get("/repos/octo/hello").await;
    let tag = first.header("etag").unwrap();
    let again = client
        .send("GET", "/repos/octo/hello", &[("if-none-match", tag)], None)
        .await
        .unwrap();
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(
        again.header("x-ratelimit-remaining"),
        first.header("x-ratelimit-remaining")
    );
}
