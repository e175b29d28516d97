//! Each call: what it asks, and what it makes of GitHub's answer.

use crate::server::{Server, TOKEN, json, says, slug};
use agent::github::event::{RefName, Sha};
use agent::github::{GithubError, Mergeable};
use agent::report::status::{CommitStatus, StatusState};
use agent::store::RepositoryId;
use serde_json::{Value, json};
use url::Url;

fn sha(digit: &str) -> Sha {
    digit.repeat(40).parse().expect("a commit")
}

async fn one(status: u16, value: Value) -> Server {
    Server::start(vec![json(status, &value)]).await
}

#[tokio::test]
async fn a_repository_tells_where_it_is_now_and_what_the_token_may() {
    let server = one(200, json!({"id": 7, "full_name": "new/name", "private": true,
        "default_branch": "main", "archived": true, "permissions": {"admin": true, "push": true, "pull": true}})).await;
    let found = server
        .client()
        .repository_by_id(RepositoryId(7))
        .await
        .expect("found");
    assert_eq!(server.lines(), ["GET /api/v3/repositories/7"]);
    assert_eq!(
        (found.id, found.slug.as_str()),
        (RepositoryId(7), "new/name")
    );
    assert!(found.private && found.archived && found.access.admin && found.access.push);
}

#[tokio::test]
async fn a_file_comes_as_it_is() {
    let raw = |status, body| {
        says(
            status,
            &[(
                "content-type",
                "application/vnd.github.raw+json; charset=utf-8",
            )],
            body,
        )
    };
    let server = Server::start(vec![
        raw(200, "[a: 1]\n"),
        json(404, &json!({"message": "Not Found"})),
    ])
    .await;
    let client = server.client();
    let file = client
        .file(&slug(), &sha("a"), "dir/a b.yml", 64)
        .await
        .expect("an answer");
    assert_eq!(file.as_deref(), Some(&b"[a: 1]\n"[..]));
    assert_eq!(
        client.file(&slug(), &sha("a"), "none.yml", 64).await,
        Ok(None)
    );
    let asked = server.asked();
    assert_eq!(
        asked[0].line(),
        format!(
            "GET /api/v3/repos/o/r/contents/dir/a%20b.yml?ref={}",
            sha("a")
        )
    );
    assert_eq!(asked[0].header("accept"), "application/vnd.github.raw+json");
}

#[tokio::test]
async fn a_file_that_is_none_is_refused() {
    let long = says(
        200,
        &[("content-type", "application/vnd.github.raw")],
        &"x".repeat(65),
    );
    let folder = json(200, &json!([{"type": "file"}]));
    let server = Server::start(vec![long, folder]).await;
    let client = server.client();
    let error = client
        .file(&slug(), &sha("a"), "long.yml", 64)
        .await
        .expect_err("too long");
    assert!(
        matches!(error, GithubError::TooLong { limit: 64, .. }),
        "{error}"
    );
    let error = client
        .file(&slug(), &sha("a"), "dir", 64)
        .await
        .expect_err("a folder");
    assert!(error.to_string().contains("it is not a file"), "{error}");
    for path in ["../../../user", "a//b", "./a", "a/..", ""] {
        let error = client
            .file(&slug(), &sha("a"), path, 64)
            .await
            .expect_err("no path");
        assert!(error.to_string().contains("not one of a file"), "{error}");
    }
    assert_eq!(server.lines().len(), 2, "bad paths are not asked for");
}

/// R27: half of an answer, or one that is about something else, says nothing of the config.
#[tokio::test]
async fn json_that_tells_of_no_file_is_worth_another_try() {
    let bad = [
        "",
        "[{\"type\": \"fi",
        "{\"sha\": ",
        "{}",
        "null",
        "{\"message\": \"?\"}",
    ];
    let kind = ("content-type", "application/json; charset=utf-8");
    let server = Server::start(bad.map(|text| says(200, &[kind], text)).into()).await;
    let client = server.client();
    for text in bad {
        let asked = client.file(&slug(), &sha("a"), ".ci.yml", 64).await;
        let error = asked.expect_err(text);
        assert!(
            matches!(error, GithubError::Temporary { .. }),
            "{text}: {error}"
        );
    }
    let submodule = json(200, &json!({"type": "submodule", "name": "dir"}));
    let server = Server::start(vec![submodule]).await;
    let asked = server.client().file(&slug(), &sha("a"), "dir", 64).await;
    let error = asked.expect_err("a submodule").to_string();
    assert!(error.contains("it is not a file"), "{error}");
}

#[tokio::test]
async fn a_commit_has_a_message_and_perhaps_an_account() {
    let commit = |author: Value| {
        json(
            200,
            &json!({"sha": sha("b"), "author": author,
        "commit": {"message": "Fix\n\nit", "author": {"name": "Ann", "email": "a@b"}}}),
        )
    };
    let none = json(422, &json!({"message": "No commit found for SHA: x"}));
    let server = Server::start(vec![
        commit(json!({"id": 3, "login": "ann"})),
        commit(json!({})),
        none,
    ])
    .await;
    let client = server.client();
    let found = client
        .commit(&slug(), "heads/a/b")
        .await
        .expect("an answer")
        .expect("a commit");
    assert_eq!(
        (found.message.as_str(), found.author_name.as_str()),
        ("Fix\n\nit", "Ann")
    );
    assert_eq!(found.author.map(|author| author.id), Some(3));
    let found = client
        .commit(&slug(), "x")
        .await
        .expect("an answer")
        .expect("a commit");
    assert_eq!(found.author, None);
    assert_eq!(client.commit(&slug(), "x").await, Ok(None));
    assert_eq!(
        server.lines()[0],
        "GET /api/v3/repos/o/r/commits/heads%2Fa%2Fb?per_page=1"
    );
}

#[tokio::test]
async fn branches_and_tags_are_read_to_the_last_page() {
    let page = |from: usize, to: usize| {
        let tip = |n: usize| json!({"name": format!("refs/tags/{n}"), "commit": {"sha": sha("c")}});
        (from..to).map(tip).collect::<Value>()
    };
    let next = [("link", "<http://elsewhere.example/x?page=2>; rel=\"next\"")];
    let short = says(200, &next, &page(0, 30).to_string());
    let server = Server::start(vec![
        short,
        json(200, &page(30, 130)),
        json(200, &page(130, 131)),
        json(200, &page(0, 1)),
    ])
    .await;
    let client = server.client();
    let branches = client.branches(&slug()).await.expect("branches");
    assert_eq!(branches.len(), 131);
    assert_eq!(
        branches[130].name,
        RefName::Branch("refs/tags/130".to_owned())
    );
    let tags = client.tags(&slug()).await.expect("tags");
    assert_eq!(
        (&tags[0].name, &tags[0].sha),
        (&RefName::Tag("refs/tags/0".to_owned()), &sha("c"))
    );
    assert_eq!(
        server.lines(),
        [
            "GET /api/v3/repos/o/r/branches?per_page=100&page=1",
            "GET /api/v3/repos/o/r/branches?per_page=100&page=2",
            "GET /api/v3/repos/o/r/branches?per_page=100&page=3",
            "GET /api/v3/repos/o/r/tags?per_page=100&page=1",
        ]
    );
}

#[tokio::test]
async fn changes_name_both_paths_of_a_renamed_file_and_say_when_there_are_more() {
    let server = Server::start(vec![
        json(
            200,
            &json!({
                "status": "ahead",
                "files": [{"filename": "b", "previous_filename": "a"}, {"filename": "c"}],
            }),
        ),
        json(
            200,
            &json!({"status": "diverged", "files": vec![json!({"filename": "x"}); 300]}),
        ),
    ])
    .await;
    let client = server.client();
    let changes = client
        .changes(&slug(), &sha("a"), &sha("b"))
        .await
        .expect("changes");
    assert_eq!(
        (changes.paths, changes.complete),
        (["b", "a", "c"].map(str::to_owned).to_vec(), true)
    );
    assert!(
        !client
            .changes(&slug(), &sha("a"), &sha("b"))
            .await
            .expect("changes")
            .complete
    );
    assert_eq!(
        server.lines()[0],
        format!("GET /api/v3/repos/o/r/compare/{}...{}", sha("a"), sha("b"))
    );
}

fn pull(mergeable: &Value) -> Value {
    let side =
        |id: u64| json!({"ref": "b", "sha": sha("a"), "repo": {"id": id, "full_name": "f/r"}});
    json!({"number": 5, "title": "t", "state": "open", "draft": true, "user": {"id": 2, "login": "l"},
        "head": {"ref": "b", "sha": sha("a"), "repo": null}, "base": side(7),
        "mergeable": mergeable, "merge_commit_sha": sha("d")})
}

#[tokio::test]
async fn a_pull_request_tells_whether_its_trial_merge_is_made() {
    for (mergeable, expected) in [
        (json!(true), Mergeable::Yes),
        (json!(false), Mergeable::No),
        (Value::Null, Mergeable::Unknown),
    ] {
        let server = one(200, pull(&mergeable)).await;
        let found = server
            .client()
            .pull_request(&slug(), 5)
            .await
            .expect("found");
        assert_eq!(server.lines(), ["GET /api/v3/repos/o/r/pulls/5"]);
        assert_eq!(
            (found.trial.mergeable, found.trial.sha),
            (expected, Some(sha("d")))
        );
        assert!(found.open && found.draft && found.head.repository.is_none());
        assert_eq!(found.base.repository, Some(RepositoryId(7)));
    }
    let server = one(200, json!([pull(&Value::Null)])).await;
    assert_eq!(
        server
            .client()
            .open_pull_requests(&slug())
            .await
            .expect("a list")
            .len(),
        1
    );
    assert_eq!(
        server.lines(),
        ["GET /api/v3/repos/o/r/pulls?state=open&per_page=100&page=1"]
    );
}

#[tokio::test]
async fn a_status_is_posted_to_its_commit() {
    let limit = json!({"message": "Validation Failed", "errors": [{"code": "custom",
        "message": "This SHA and context has reached the maximum number of statuses."}]});
    let made = json!({"id": 1, "context": "ci/push", "state": "failure",
        "description": "2 of 3 failed", "target_url": null});
    let server = Server::start(vec![json(201, &made), json(422, &limit)]).await;
    let client = server.client();
    let status = CommitStatus {
        context: "ci/push".to_owned(),
        state: StatusState::Failure,
        description: "2 of 3 failed".to_owned(),
    };
    let target = Url::parse("https://ci.example/o/r/builds/1").expect("a URL");
    client
        .post_status(&slug(), &sha("a"), &status, Some(&target))
        .await
        .expect("posted");
    let error = client
        .post_status(&slug(), &sha("a"), &status, None)
        .await
        .expect_err("too many");
    assert!(error.is_status_limit(), "{error}");
    let asked = server.asked();
    assert_eq!(
        asked[0].line(),
        format!("POST /api/v3/repos/o/r/statuses/{}", sha("a"))
    );
    assert_eq!(asked[0].header("content-type"), "application/json");
    assert_eq!(
        asked[0].body,
        json!({"state": "failure", "context": "ci/push",
        "description": "2 of 3 failed", "target_url": "https://ci.example/o/r/builds/1"})
    );
    assert_eq!(asked[1].body.get("target_url"), None);
}

#[tokio::test]
async fn the_newest_statuses_of_a_commit_are_listed() {
    let server = one(
        200,
        json!({"state": "pending", "statuses": [
        {"context": "ci/push", "state": "pending", "description": null, "target_url": null}]}),
    )
    .await;
    let found = server
        .client()
        .statuses(&slug(), &sha("a"))
        .await
        .expect("a list");
    assert_eq!(
        (found[0].context.as_str(), found[0].state.as_str()),
        ("ci/push", "pending")
    );
    assert_eq!(
        server.lines(),
        [format!(
            "GET /api/v3/repos/o/r/commits/{}/status?per_page=100&page=1",
            sha("a")
        )]
    );
}

#[tokio::test]
async fn a_token_tells_whose_it_is_and_a_classic_one_its_scopes() {
    let user = |headers: &[(&'static str, &str)]| says(200, headers, r#"{"id":3,"login":"ann"}"#);
    let server = Server::start(vec![
        user(&[("x-oauth-scopes", "repo, admin:repo_hook")]),
        user(&[("x-oauth-scopes", "")]),
        user(&[]),
    ])
    .await;
    let client = server.client();
    let scopes = client.user().await.expect("a user").scopes;
    assert_eq!(
        scopes,
        Some(vec!["repo".to_owned(), "admin:repo_hook".to_owned()])
    );
    assert_eq!(client.user().await.expect("a user").scopes, Some(vec![]));
    assert_eq!(client.user().await.expect("a user").scopes, None);
    server.asked();
}

#[tokio::test]
async fn a_clone_url_is_made_of_the_settings_and_holds_no_token() {
    let server = Server::start(vec![]).await;
    let url = server.client().clone_url(&slug());
    assert_eq!(url.as_str(), format!("http://{}/o/r.git", server.address));
    assert!(!url.as_str().contains(TOKEN));
}
