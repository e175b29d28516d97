//! The model misbehaves when it is told to, so often, and no more.

use crate::client::Client;
use crate::github_model::{GithubModel, Mischief};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_next_calls_that_match_get_another_answer() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let client = Client::new(&model);
    let path = "/repos/octo/hello";
    model.next(2, "GET /repos/*", Mischief::Status(502));
    assert_eq!(client.get("/user").await.status, 200);
    assert_eq!(client.get(path).await.status, 502);
    assert_eq!(client.get(path).await.status, 502);
    assert_eq!(client.get(path).await.status, 200);
    model.next(1, "*", Mischief::Html(200));
    assert!(client.get(path).await.text.contains("<html>"));
    let headers = vec![("retry-after".to_owned(), "30".to_owned())];
    model.next(1, "*", Mischief::StatusWith(429, headers));
    let reply = client.get(path).await;
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (429, Some("30"))
    );
    assert_eq!(model.calls_too_early(), 0);
    client.get(path).await;
    assert_eq!(model.calls_too_early(), 1);
}

#[tokio::test]
async fn connections_are_cut_left_hanging_and_slow() {
    let model = GithubModel::start();
    model.repository("octo/hello");
    let client = Client::new(&model);
    let get = || client.send("GET", "/repos/octo/hello", &[], None);
    model.next(1, "GET /repos/*", Mischief::Reset);
    assert!(get().await.unwrap_err().is_request());
    model.next(1, "GET /repos/*", Mischief::Hang);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), get())
            .await
            .is_err()
    );
    model.next(
        1,
        "GET /repos/*",
        Mischief::Delay(Duration::from_millis(200)),
    );
    let begin = Instant::now();
    assert_eq!(get().await.unwrap().status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(200));
    let ends: Vec<u16> = model.calls().iter().map(|call| call.status).collect();
    assert_eq!(ends, [0, 0, 200]);
}

#[tokio::test]
async fn a_call_is_applied_though_its_answer_gets_lost() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let sha = repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    let body = json!({ "state": "success", "context": "ci" }).to_string();
    let post = || client.send("POST", &path, &[], Some(body.clone()));
    model.next(1, "POST */statuses/*", Mischief::Reset);
    assert!(post().await.is_err());
    assert_eq!(repo.statuses(&sha).len(), 0);
    model.next(1, "POST */statuses/*", Mischief::ApplyThenReset);
    assert!(post().await.is_err());
    assert_eq!(repo.statuses(&sha).len(), 1);
    model.next(1, "POST */statuses/*", Mischief::ApplyThenHang);
    tokio::select! {
        answer = post() => panic!("it was answered: {answer:?}"),
        _ = repo.expect_status(&sha, "ci", "success") => {}
    }
    assert_eq!(repo.statuses(&sha).len(), 2);
    model.next(1, "POST */statuses/*", Mischief::ApplyThenStatus(500));
    assert_eq!(post().await.unwrap().status, 500);
    assert_eq!(repo.statuses(&sha).len(), 3);
}
