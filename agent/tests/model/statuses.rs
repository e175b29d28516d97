//! Statuses: what GitHub takes, and that no one goes unnoticed.

use crate::client::Client;
use crate::github_model::GithubModel;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

#[tokio::test]
async fn a_status_is_posted_expected_and_part_of_the_whole() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("feature/x", &[("a", "1")], "One");
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    let whole = "/repos/octo/hello/commits/feature%2Fx/status";
    assert_eq!(client.get(whole).await.json()["state"], "pending");
    for state in ["pending", "success"] {
        let body = json!({ "state": state, "context": "ci", "description": "d", "target_url": "https://ci.example/1" });
        assert_eq!(client.call("POST", &path, body).await.status, 201);
    }
    assert_eq!(client.get(whole).await.json()["state"], "success");
    assert_eq!(client.get(whole).await.json()["total_count"], 1);
    client
        .call(
            "POST",
            &path,
            json!({ "state": "error", "context": "other" }),
        )
        .await;
    assert_eq!(client.get(whole).await.json()["state"], "failure");
    let all = client
        .get(&format!("/repos/octo/hello/commits/{sha}/statuses"))
        .await
        .json();
    let states: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["state"])
        .collect();
    assert_eq!(states, ["error", "success", "pending"], "newest first");

    repo.expect_status(&sha, "ci", "pending").await;
    let success = repo.expect_status(&sha, "ci", "success").await;
    assert_eq!(success.target_url.as_deref(), Some("https://ci.example/1"));
    assert_eq!(model.complaints().len(), 1, "one is left");
    repo.expect_status(&sha, "other", "error").await;
    model.finish();
}

#[tokio::test]
async fn what_github_would_refuse_is_refused() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    let long = |length: usize| "é".repeat(length);
    for (body, why) in [
        (json!({}), "missing_field"),
        (json!({ "state": "passed" }), "not included in the list"),
        (json!({ "state": 1 }), "is not a string"),
        (
            json!({ "state": "success", "description": long(141) }),
            "140",
        ),
        (json!({ "state": "success", "context": long(256) }), "255"),
        (
            json!({ "state": "success", "context": null }),
            "is not a string",
        ),
        (
            json!({ "state": "success", "target_url": "ci.example/1" }),
            "http(s)",
        ),
        (
            json!({ "state": "success", "target_url": "ftp://ci.example/1" }),
            "http(s)",
        ),
    ] {
        let reply = client.call("POST", &path, body.clone()).await;
        assert_eq!(reply.status, 422, "{body}");
        assert!(reply.text.contains(why), "{body}: {}", reply.text);
    }
    let fine = json!({ "state": "success", "description": long(140), "context": long(255), "target_url": null });
    assert_eq!(client.call("POST", &path, fine).await.status, 201);
    for other in [&sha[..39], "main", &"0".repeat(40)] {
        let path = format!("/repos/octo/hello/statuses/{other}");
        let reply = client
            .call("POST", &path, json!({ "state": "success" }))
            .await;
        assert_eq!(
            (reply.status, reply.text.contains("No commit found")),
            (422, true),
            "{other}"
        );
    }
    let broken = client
        .send("POST", &path, &[], Some("{".to_owned()))
        .await
        .unwrap();
    assert_eq!(
        (broken.status, broken.text.contains("Problems parsing JSON")),
        (400, true)
    );
    assert_eq!(repo.statuses(&sha).len(), 1);
}

#[tokio::test]
async fn a_commit_and_context_take_a_thousand_statuses() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    let body = json!({ "state": "pending", "context": "ci" });
    for _ in 0..1000 {
        assert_eq!(client.call("POST", &path, body.clone()).await.status, 201);
    }
    let reply = client.call("POST", &path, body).await;
    assert_eq!(
        (
            reply.status,
            reply.text.contains("maximum number of statuses")
        ),
        (422, true)
    );
    let other = json!({ "state": "pending", "context": "ci 2" });
    assert_eq!(client.call("POST", &path, other).await.status, 201);
    assert_eq!(repo.statuses(&sha).len(), 1001);
}

#[tokio::test]
async fn a_status_that_no_test_looked_at_fails_it() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    for state in ["success", "pending"] {
        client
            .call("POST", &path, json!({ "state": state, "context": "ci" }))
            .await;
    }
    repo.expect_status(&sha, "ci", "success").await;
    let end = catch_unwind(AssertUnwindSafe(|| drop(model)));
    let words = end.unwrap_err().downcast::<String>().unwrap();
    assert!(
        words.contains("no test looked at the status pending ci"),
        "{words}"
    );
}

#[tokio::test]
async fn a_status_that_does_not_come_is_missed_with_what_there_was() {
    let model = GithubModel::start();
    model.patience(Duration::from_millis(100));
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let body = json!({ "state": "pending", "context": "ci", "description": "queued" });
    client
        .call("POST", &format!("/repos/octo/hello/statuses/{sha}"), body)
        .await;
    repo.expect_status(&sha, "ci", "pending").await;
    let waiting = tokio::spawn(async move { repo.expect_status(&sha, "ci", "pending").await });
    let words = waiting
        .await
        .unwrap_err()
        .into_panic()
        .downcast::<String>()
        .unwrap();
    assert!(
        words.contains("pending ci \"queued\" (looked at before)"),
        "{words}"
    );
}
