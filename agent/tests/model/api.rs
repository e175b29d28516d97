//! Reading: contents, commits, comparisons, refs.

use crate::client::Client;
use crate::github_model::GithubModel;
use base64::Engine as _;
use serde_json::{Value, json};

#[tokio::test]
async fn files_come_as_they_are_and_as_json() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let text = "script: \"ä\"\n".repeat(20);
    let first = repo.push(
        "main",
        &[(".ci.yml", &text), ("a b/ü.yml", "x"), ("a b/c", "y")],
        "One",
    );
    repo.push_edits("main", &[(".ci.yml", None)], "Two");
    let client = Client::new(&model);
    let get = async |path: &str, kind: &str| {
        let path = format!("/repos/octo/hello/contents/{path}");
        client
            .send("GET", &path, &[("accept", kind)], None)
            .await
            .unwrap()
    };
    let raw = "application/vnd.github.raw+json";
    assert_eq!(get(&format!(".ci.yml?ref={first}"), raw).await.text, text);
    assert_eq!(
        get(".ci.yml", raw).await.status,
        404,
        "the default branch has it no longer"
    );
    assert_eq!(get("a%20b/%C3%BC.yml?ref=main", raw).await.text, "x");
    let file = get(
        &format!(".ci.yml?ref={first}"),
        "application/vnd.github+json",
    )
    .await
    .json();
    let lines: Vec<&str> = file["content"].as_str().unwrap().lines().collect();
    assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= 60));
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(lines.concat())
        .unwrap();
    assert_eq!(
        (bytes, &file["encoding"]),
        (text.clone().into_bytes(), &json!("base64"))
    );
    assert_eq!(file["size"], text.len());
    let folder = get("a%20b", "*/*").await.json();
    let names: Vec<&Value> = folder
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["c", "ü.yml"]);
    let nowhere = get("a?ref=nowhere", raw).await;
    assert_eq!(
        (nowhere.status, nowhere.text.contains("No commit found")),
        (404, true)
    );
}

#[tokio::test]
async fn commits_and_comparisons_tell_what_changed() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    let first = repo.push("main", &[("a", "1"), ("b", "1")], "One");
    let second = repo.push("main", &[("a", "2")], "Two");
    let other = repo.force_push("feature/x", &first, &[("c", "1")], "Three");
    let client = Client::new(&model);
    let commit = client.get("/repos/octo/hello/commits/main").await.json();
    assert_eq!(
        (&commit["sha"], &commit["files"][0]["filename"]),
        (&json!(second), &json!("a"))
    );
    assert_eq!(commit["author"]["login"], "octo");
    let path = format!("/repos/octo/hello/compare/{second}...feature%2Fx");
    let range = client.get(&path).await.json();
    assert_eq!(range["status"], "diverged");
    assert_eq!(
        (&range["ahead_by"], &range["behind_by"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(range["merge_base_commit"]["sha"], first);
    assert_eq!(
        range["files"],
        json!([{ "filename": "c", "status": "added", "additions": 0, "deletions": 0, "changes": 0 }])
    );
    let branch = client
        .get("/repos/octo/hello/branches/feature/x")
        .await
        .json();
    assert_eq!(branch["commit"]["sha"], other);
    let refs = client
        .get("/repos/octo/hello/git/matching-refs/heads/fea")
        .await
        .json();
    assert_eq!(
        (&refs[0]["ref"], &refs[0]["object"]["sha"]),
        (&json!("refs/heads/feature/x"), &json!(other))
    );
    assert_eq!(
        client
            .get("/repos/octo/hello/git/ref/heads/fea")
            .await
            .status,
        404
    );
    let sha = [("accept", "application/vnd.github.sha")];
    let sha = client
        .send("GET", "/repos/octo/hello/commits/feature%2Fx", &sha, None)
        .await
        .unwrap();
    assert_eq!(sha.text, other);
}
