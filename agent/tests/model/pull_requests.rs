//! Pull requests and the merges that are tried for them.

use crate::client::Client;
use crate::github_model::{GithubModel, Repo};
use crate::receiver::Receiver;
use serde_json::{Value, json};
use std::time::Duration;

fn repo(model: &GithubModel) -> Repo {
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1\n"), ("b", "1\n")], "One");
    repo
}

#[tokio::test]
async fn the_merge_is_refused_before_and_allowed_after_the_required_status() {
    let model = GithubModel::start();
    let repo = repo(&model);
    repo.protect("main", &["ci/pr"]);
    repo.push("feature", &[("a", "2\n")], "Two");
    let pull = repo.open_pull_request("feature", "main", "Better");
    let sha = pull.head_sha();
    let client = Client::new(&model);
    let path = format!("/repos/octo/hello/statuses/{sha}");
    assert_eq!(
        pull.merge().await.unwrap_err(),
        "Required status check \"ci/pr\" is expected."
    );
    client
        .call(
            "POST",
            &path,
            json!({ "state": "success", "context": "ci/push" }),
        )
        .await;
    for (state, word) in [
        ("pending", "pending"),
        ("failure", "failing"),
        ("error", "failing"),
    ] {
        client
            .call("POST", &path, json!({ "state": state, "context": "ci/pr" }))
            .await;
        assert!(pull.merge().await.unwrap_err().contains(word));
    }
    let button = "/repos/octo/hello/pulls/1/merge";
    assert_eq!(client.call("PUT", button, json!({})).await.status, 405);
    assert_eq!(
        client.get("/repos/octo/hello/pulls/1").await.json()["mergeable_state"],
        "blocked"
    );
    client
        .call(
            "POST",
            &path,
            json!({ "state": "success", "context": "ci/pr" }),
        )
        .await;
    assert_eq!(
        client.get("/repos/octo/hello/pulls/1").await.json()["mergeable_state"],
        "clean"
    );
    let merged = pull.merge().await.unwrap();
    assert_eq!(repo.head("main"), merged);
    assert_eq!(
        client.get("/repos/octo/hello/pulls/1").await.json()["merged"],
        true
    );
    assert_eq!(repo.statuses(&sha).len(), 5);
}

#[tokio::test]
async fn the_merge_commit_is_unknown_at_first_and_known_a_moment_later() {
    let model = GithubModel::start();
    model.merge_delay(Duration::from_secs(2));
    let repo = repo(&model);
    repo.add_hook("http://127.0.0.1:9/", "s");
    repo.push("feature", &[("a", "2\n")], "Two");
    let pull = repo.open_pull_request("feature", "main", "Better");
    let opened = repo.deliveries().pop().unwrap().payload;
    assert_eq!(opened["action"], "opened");
    assert_eq!(opened["pull_request"]["merge_commit_sha"], Value::Null);
    let client = Client::new(&model);
    let path = "/repos/octo/hello/pulls/1";
    assert_eq!(client.get(path).await.json()["mergeable"], Value::Null);
    let merge = pull.merge_commit().await.unwrap();
    assert_eq!(client.get(path).await.json()["merge_commit_sha"], merge);
    assert_eq!(repo.head("pull/1/merge"), merge);
    let parents = client
        .get(&format!("/repos/octo/hello/commits/{merge}"))
        .await
        .json()["parents"]
        .clone();
    assert_eq!(parents[0]["sha"], repo.head("main"));
    assert_eq!(parents[1]["sha"], pull.head_sha());
}

#[tokio::test]
async fn a_conflict_has_no_merge_commit_until_it_is_solved() {
    let model = GithubModel::start();
    let repo = repo(&model);
    repo.push("feature", &[("a", "2\n")], "Two");
    repo.push("main", &[("a", "3\n")], "Three");
    let pull = repo.open_pull_request("feature", "main", "Better");
    assert_eq!(pull.merge_commit().await, None);
    let client = Client::new(&model);
    let json = client.get("/repos/octo/hello/pulls/1").await.json();
    assert_eq!(
        (&json["mergeable"], &json["mergeable_state"]),
        (&json!(false), &json!("dirty"))
    );
    assert_eq!(json["merge_commit_sha"], Value::Null);
    let gone = client.get("/repos/octo/hello/git/ref/pull/1/merge").await;
    assert_eq!(gone.status, 404);
    assert!(pull.merge().await.is_err());
    pull.synchronize(&[("a", "1\n"), ("c", "1\n")], "Step back");
    repo.push("main", &[("a", "1\n")], "Back");
    assert!(pull.merge_commit().await.is_some());
}

#[tokio::test]
async fn a_pull_request_from_a_fork_has_a_head_of_its_own() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = repo(&model);
    repo.add_hook(&receiver.url, "s");
    let pull = repo.open_pull_request_from_fork("mallory", "patch-1", &[("a", "2\n")], "Fix");
    model.settled().await;
    assert_eq!(
        receiver.events(),
        ["pull_request opened"],
        "pushes to a fork are none of ours"
    );
    let payload = receiver.inbox()[0].json();
    let (head, base) = (
        &payload["pull_request"]["head"],
        &payload["pull_request"]["base"],
    );
    assert_eq!(head["repo"]["full_name"], "mallory/hello");
    assert_eq!(head["repo"]["fork"], true);
    assert_ne!(head["repo"]["id"], base["repo"]["id"]);
    assert_ne!(head["user"]["id"], base["user"]["id"]);
    assert_eq!(payload["sender"]["login"], "mallory");
    assert_eq!(repo.head("pull/1/head"), pull.head_sha());
    assert!(pull.merge_commit().await.is_some());
}

#[tokio::test]
async fn every_change_of_a_pull_request_is_told() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = repo(&model);
    repo.push("next", &[("n", "1")], "Next");
    repo.push("feature", &[("a", "2\n")], "Two");
    repo.add_hook(&receiver.url, "s");
    let pull = repo.open_draft("feature", "main", "Better");
    let first = pull.head_sha();
    let second = pull.synchronize(&[("a", "3\n")], "Three");
    pull.ready_for_review();
    pull.retarget("next");
    pull.close();
    pull.reopen();
    pull.merge().await.unwrap();
    model.settled().await;
    let inbox = receiver.inbox();
    let synchronize = inbox
        .iter()
        .map(|it| it.json())
        .find(|it| it["action"] == "synchronize")
        .unwrap();
    assert_eq!(
        (&synchronize["before"], &synchronize["after"]),
        (&json!(first), &json!(second))
    );
    assert_eq!(
        receiver.events(),
        [
            "pull_request opened",
            "push refs/heads/feature",
            "pull_request synchronize",
            "pull_request ready_for_review",
            "pull_request edited",
            "pull_request closed",
            "pull_request reopened",
            "pull_request closed",
            "push refs/heads/next",
        ]
    );
}

#[tokio::test]
async fn a_stale_merge_commit_stays_for_a_moment_on_request() {
    let model = GithubModel::start();
    let repo = repo(&model);
    repo.push("feature", &[("a", "2\n")], "Two");
    let pull = repo.open_pull_request("feature", "main", "Better");
    let old = pull.merge_commit().await;
    model.stale_merges(true);
    model.merge_delay(Duration::from_secs(60));
    pull.synchronize(&[("a", "3\n")], "Three");
    assert_eq!((pull.now().merge_commit, pull.now().mergeable), (old, None));
}

#[tokio::test]
async fn lists_come_in_pages_with_links() {
    let model = GithubModel::start();
    let repo = repo(&model);
    for number in 1..=5 {
        repo.push(
            &format!("f{number}"),
            &[("f", &number.to_string())],
            "A feature",
        );
        repo.open_pull_request(&format!("f{number}"), "main", "Better");
    }
    repo.pull_request(3).close();
    let client = Client::new(&model);
    let first = client.get("/repos/octo/hello/pulls?per_page=2").await;
    let numbers = |list: Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(|it| it["number"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(first.json()), [5, 4]);
    let second = client.get(&first.link("next").unwrap()).await;
    assert_eq!(numbers(second.json()), [2, 1]);
    assert!(second.link("next").is_none() && second.link("prev").is_some());
    assert_eq!(
        numbers(
            client
                .get("/repos/octo/hello/pulls?state=closed")
                .await
                .json()
        ),
        [3]
    );
    assert_eq!(
        numbers(
            client
                .get("/repos/octo/hello/pulls?head=octo:f2")
                .await
                .json()
        ),
        [2]
    );
    assert_eq!(
        client
            .get("/repos/octo/hello/branches?per_page=4")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn one_is_opened_by_the_api_once_and_between_branches_that_differ() {
    let model = GithubModel::start();
    let repo = repo(&model);
    repo.add_hook("http://127.0.0.1:9/", "s");
    let sha = repo.push("feature", &[("a", "2\n")], "Two");
    let client = Client::new(&model);
    let ask = async |head: &str, base: &str| {
        let body = json!({ "title": "Better", "head": head, "base": base });
        client.call("POST", "/repos/octo/hello/pulls", body).await
    };
    let made = ask("feature", "main").await;
    let url = format!("{}/repos/octo/hello/pulls/1", model.api_url());
    assert_eq!((made.status, made.header("location")), (201, Some(&*url)));
    assert_eq!(made.json()["head"]["sha"], sha);
    assert_eq!(made.json()["user"]["login"], "agent-bot");
    assert_eq!(repo.deliveries().pop().unwrap().payload["action"], "opened");
    assert!(repo.pull_request(1).merge_commit().await.is_some());

    for (head, base, reason) in [
        (
            "octo:feature",
            "main",
            "A pull request already exists for octo:feature.",
        ),
        ("main", "feature", "No commits between feature and main"),
        ("nowhere", "main", "head"),
        ("stranger:feature", "main", "head"),
        ("feature", "nowhere", "base"),
    ] {
        let refused = ask(head, base).await;
        assert_eq!(refused.status, 422, "{head} {base}");
        assert!(refused.text.contains(reason), "{}", refused.text);
    }

    let fork = repo.fork("stranger");
    fork.push("feature", &[("a", "3\n")], "Three");
    assert_eq!(ask("stranger:feature", "main").await.status, 201);
    assert_eq!(repo.pull_request(2).head.full_name(), "stranger/hello");
}
