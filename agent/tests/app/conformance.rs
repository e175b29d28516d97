//! Each recorded delivery of GitHub's with what it must come to.

use crate::agent::{Agent, Ways};
use crate::outcome;
use agent::store::{Repository, RepositoryId, RepositorySettings};
use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Files, and how their deliveries end. A build is of the ref or pull request behind it.
const EXPECTED: &[(&str, &str)] = &[
    ("push_branch.json", "build of master created"),
    ("push_branch_update.json", "build of main created"),
    ("push_forced.json", "build of main created"),
    (
        "push_branch_delete.json",
        "skipped: the branch or tag was deleted",
    ),
    ("push_tag.json", "build of v0.0.1 created"),
    (
        "push_tag_delete.json",
        "skipped: the branch or tag was deleted",
    ),
    (
        "push_with_installation.json",
        "skipped: the branch or tag was deleted",
    ),
    (
        "push_branch_named_like_tag.json",
        "build of refs/tags/v1.0.0 created",
    ),
    (
        "push_branch_shell_chars.json",
        "build of a$(touch${IFS}pwned);`id` created",
    ),
    (
        "push_ci_skip.json",
        "skipped: the commit message says [ci skip]",
    ),
    ("pull_request_opened_same_repo.json", "build of #2 created"),
    (
        "pull_request_synchronize_same_repo.json",
        "build of #2 created",
    ),
    (
        "pull_request_reopened_same_repo.json",
        "build of #2 created",
    ),
    ("pull_request_ready_for_review.json", "build of #2 created"),
    (
        "pull_request_opened_private_repo.json",
        "build of #1 created",
    ),
    (
        "pull_request_opened_from_fork.json",
        "build of #342 created, of a fork",
    ),
    (
        "pull_request_synchronize_from_fork.json",
        "build of #4418 created, of a fork",
    ),
    (
        "pull_request_reopened_from_fork.json",
        "build of #342 created, of a fork",
    ),
    (
        "pull_request_closed_same_repo.json",
        "ignored: pull_request closed events make no builds",
    ),
    (
        "pull_request_closed_merged_same_repo.json",
        "ignored: pull_request closed events make no builds",
    ),
    (
        "pull_request_closed_from_fork.json",
        "ignored: pull_request closed events make no builds",
    ),
    (
        "pull_request_closed_merged_from_fork.json",
        "ignored: pull_request closed events make no builds",
    ),
    (
        "pull_request_labeled_same_repo.json",
        "ignored: pull_request labeled events make no builds",
    ),
    (
        "pull_request_edited_same_repo.json",
        "ignored: pull_request edited events make no builds",
    ),
    (
        "pull_request_converted_to_draft.json",
        "ignored: pull_request converted_to_draft events make no builds",
    ),
    (
        "create_tag.json",
        "ignored: refs/tags/simple-tag: the push says more",
    ),
    (
        "create_branch.json",
        "ignored: refs/heads/feature-branch: the push says more",
    ),
    (
        "delete_tag.json",
        "ignored: refs/tags/simple-tag: the push says more",
    ),
    (
        "delete_branch.json",
        "ignored: refs/heads/feature-branch: the push says more",
    ),
    ("ping.json", "ignored: the webhook is set up"),
    ("ping_app.json", "ignored: the webhook is set up"),
    (
        "check_run_rerequested.json",
        "ignored: check_run rerequested events make no builds",
    ),
    (
        "check_run_completed.json",
        "ignored: check_run completed events make no builds",
    ),
    (
        "check_suite_requested.json",
        "ignored: check_suite requested events make no builds",
    ),
    (
        "check_suite_rerequested.json",
        "ignored: check_suite rerequested events make no builds",
    ),
    (
        "installation_created.json",
        "ignored: installation created events make no builds",
    ),
    (
        "installation_repositories_added.json",
        "ignored: installation_repositories added events make no builds",
    ),
    (
        "repository_renamed.json",
        "error: GitHub finds nothing for GET /repositories/186853261; check the name, and that the \
         token may see it",
    ),
    (
        "release_published.json",
        "ignored: release published events make no builds",
    ),
    (
        "issue_comment_created.json",
        "ignored: issue_comment created events make no builds",
    ),
    ("status.json", "ignored: status events make no builds"),
];

fn folder() -> PathBuf {
    let named = std::env::var_os("CI_CONFORMANCE_DIR").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| {
        let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/conformance");
        PathBuf::from(beside)
    });
    folder.join("webhooks")
}

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stderr)] // a test's own word
async fn each_recorded_delivery_comes_to_what_it_must() {
    let Ok(index) = std::fs::read(folder().join("index.json")) else {
        eprintln!("skipped: {} is not there", folder().display());
        return;
    };
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    let all = futures_util::stream::iter(&index).map(|row| async {
        let (file, event) = (
            row["file"].as_str().unwrap(),
            row["event"].as_str().unwrap(),
        );
        let body = std::fs::read(folder().join(file)).unwrap();
        (file, come_to(event, body).await)
    });
    let came: Vec<(&str, String)> = all.buffer_unordered(8).collect().await;
    let wrong: Vec<String> = came
        .iter()
        .filter(|(file, end)| !EXPECTED.contains(&(file, end)))
        .map(|(file, end)| format!("{file}: {end}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let seen: Vec<&str> = came.iter().map(|(file, _)| *file).collect();
    let missing = EXPECTED.iter().filter(|(name, _)| !seen.contains(name));
    assert_eq!(missing.count(), 0, "a file of the table is not there");
}

/// Delivers to an agent that has the repository set up, before a GitHub that says what the
/// delivery says.
async fn come_to(event: &str, body: Vec<u8>) -> String {
    let told: Value = serde_json::from_slice(&body).unwrap();
    let github = github(told.clone()).await;
    let agent = Agent::at(
        &format!("{github}/api/v3"),
        &github,
        "t0ken".to_owned(),
        Ways::default(),
    )
    .await;
    let repository = &told["repository"];
    if let Some(id) = repository["id"].as_u64() {
        agent
            .put(&Repository {
                id: RepositoryId(id),
                // A rename is told under the new name.
                slug: "old/name".to_owned(),
                private: repository["private"].as_bool().unwrap_or(true),
                default_branch: "master".to_owned(),
                active: true,
                hook: None,
                settings: RepositorySettings::default(),
            })
            .await;
        let name = repository["full_name"].as_str().unwrap();
        if event != "repository" {
            let id = RepositoryId(id);
            let described = agent.store.describe_repository(id, name, false, "master");
            described.await.unwrap();
        }
    }
    assert_eq!(agent.take(event, "recorded", &body).await, 202);
    let ended = agent.ended(1).await;
    let end = match outcome::of(&ended[0]).as_str() {
        "build" => {
            let request = &agent.builds().await[0].request;
            let fork = agent::policy::needs_approval(request);
            let fork = if fork { ", of a fork" } else { "" };
            format!("build of {}{fork}", agent.built().await.join(", "))
        }
        end => end.to_owned(),
    };
    agent.stop().await;
    end
}

/// A GitHub that knows one delivery.
async fn github(told: Value) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = move |request: Request| std::future::ready(answer(&told, &request));
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn answer(told: &Value, request: &Request) -> Response {
    let path: Vec<&str> = request.uri().path().split('/').skip(6).collect();
    let json = |value: &Value| says(StatusCode::OK, value);
    match (request.method(), path.as_slice()) {
        (&Method::GET, ["contents", ".ci.yml"]) => {
            let kind = "application/vnd.github.raw+json; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], "script: make\n").into_response()
        }
        (&Method::GET, ["pulls", _]) => {
            let mut pull = told["pull_request"].clone();
            pull["mergeable"] = json!(true);
            pull["merge_commit_sha"] = json!("1".repeat(40));
            json(&pull)
        }
        (&Method::GET, ["commits", ..]) => {
            let pull = told["pull_request"]["head"]["sha"].as_str();
            let sha = pull.or_else(|| told["after"].as_str());
            json(&json!({ "sha": sha, "commit": { "message": "Change" } }))
        }
        (&Method::POST, ["statuses", sha]) => {
            let made = json!({ "id": 1, "sha": sha, "state": "pending" });
            says(StatusCode::CREATED, &made)
        }
        _ => says(StatusCode::NOT_FOUND, &json!({ "message": "Not Found" })),
    }
}

fn says(status: StatusCode, value: &Value) -> Response {
    let kind = "application/json; charset=utf-8";
    (status, [(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
}
