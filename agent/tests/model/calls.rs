//! Calls: what every one of them needs, and those that the model does not know.

use crate::client::Client;
use crate::github_model::{GithubModel, Level, Token};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[tokio::test]
async fn a_call_or_a_field_that_nobody_knows_fails_the_test() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    assert_eq!(client.get("/repos/octo/hello/teapots").await.status, 404);
    assert_eq!(
        client.call("PATCH", "/teapots", json!({})).await.status,
        404
    );
    let body = json!({ "state": "success", "targetUrl": "https://ci.example" });
    assert_eq!(
        client
            .call("POST", &format!("/repos/octo/hello/statuses/{sha}"), body)
            .await
            .status,
        201
    );
    repo.statuses(&sha);
    let complaints = model.complaints().join("\n");
    assert!(
        complaints.contains("knows no call GET /repos/octo/hello/teapots"),
        "{complaints}"
    );
    assert!(
        complaints.contains("knows no call PATCH /teapots"),
        "{complaints}"
    );
    assert!(complaints.contains("no field `targetUrl`"), "{complaints}");
    assert!(catch_unwind(AssertUnwindSafe(|| model.finish())).is_err());
}

#[tokio::test]
async fn a_test_that_has_failed_already_is_not_failed_again() {
    let model = GithubModel::start();
    Client::new(&model).get("/teapots").await;
    let end = catch_unwind(AssertUnwindSafe(|| {
        let _model = model;
        panic!("the first failure");
    }));
    assert_eq!(
        *end.unwrap_err().downcast::<&str>().unwrap(),
        "the first failure"
    );
}

#[tokio::test]
async fn headers_are_as_github_wants_them() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let client = Client::new(&model);
    let status = async |headers: &[(&str, &str)]| {
        client
            .send("GET", "/repos/octo/hello", headers, None)
            .await
            .unwrap()
            .status
    };
    assert_eq!(status(&[("user-agent", "")]).await, 403);
    assert_eq!(status(&[("accept", "text/html")]).await, 415);
    assert_eq!(
        status(&[("accept", "application/vnd.github+json")]).await,
        200
    );
    assert_eq!(status(&[("x-github-api-version", "1999-01-01")]).await, 400);
    assert_eq!(status(&[("x-github-api-version", "2022-11-28")]).await, 200);
}

#[tokio::test]
async fn a_token_may_what_it_was_given() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let path = format!("/repos/octo/hello/statuses/{sha}");
    let body = json!({ "state": "success" });
    let reader = model.add_token(Token::new("reader", "bot").with("statuses", Level::Read));
    let refused = Client::with(&model, Some(reader))
        .call("POST", &path, body.clone())
        .await;
    assert_eq!(
        (
            refused.status,
            refused.header("x-accepted-github-permissions")
        ),
        (403, Some("statuses=write"))
    );
    let nobody = Client::with(&model, None);
    assert_eq!(nobody.call("POST", &path, body.clone()).await.status, 401);
    assert_eq!(nobody.get("/repos/octo/hello").await.status, 200);
    repo.privatize();
    assert_eq!(nobody.get("/repos/octo/hello").await.status, 404);
    let elsewhere = model.add_token(Token::new("elsewhere", "bot").only(&["octo/other"]));
    assert_eq!(
        Client::with(&model, Some(elsewhere))
            .get("/repos/octo/hello")
            .await
            .status,
        404
    );
    let classic = model.add_token(Token::new("classic", "bot").classic("repo, admin:repo_hook"));
    let user = Client::with(&model, Some(classic)).get("/user").await;
    assert_eq!(user.header("x-oauth-scopes"), Some("repo, admin:repo_hook"));
    let token = model.token();
    let client = Client::with(&model, Some(token.clone()));
    let seen = client.get("/repos/octo/hello").await.json();
    assert_eq!(
        (&seen["permissions"]["admin"], &seen["visibility"]),
        (&json!(true), &json!("private"))
    );
    model.expire_token(&token);
    let expired = client.get("/repos/octo/hello").await;
    assert_eq!(
        (expired.status, expired.text.contains("Bad credentials")),
        (401, true)
    );
    assert_eq!(model.calls_like("GET /repos/octo/*").len(), 5);
}
