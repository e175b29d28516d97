//! GitHub on a bad day.

use crate::agent::{Agent, CONFIG, PULL, PUSH, hello};
use crate::github_model::{GithubModel, Mischief};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_fail_twice_are_made_again() {
    let (model, agent, repo) = hello().await;
    model.next(2, "GET /repos/*/contents/*", Mischief::Status(502));
    model.next(2, "POST /repos/*/statuses/*", Mischief::Status(502));
    let sha = repo.push("main", &[CONFIG], "Begin");
    repo.expect_status(&sha, PUSH, "pending").await;
    assert_eq!(agent.built().await, ["main created"]);
    let ended = agent.ended(1).await;
    let push = ended.iter().find(|one| one.new.event == "push").unwrap();
    assert_eq!(push.tries, 2);
    assert_eq!(model.calls_like("POST /repos/*/statuses/*").len(), 3);
    agent.stop().await;
    model.finish();
}

/// Every call that a pull request needs, each failing once (R19, R27).
#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_the_pull_request_is_built_once_and_told() {
    let bad = [
        Mischief::Status(500),
        Mischief::Status(503),
        Mischief::Html(200),
        Mischief::Garbage("[{\"type\": \"fi".to_owned()),
    ];
    futures_util::future::join_all(bad.map(each_call_meets)).await;
}

async fn each_call_meets(mischief: Mischief) {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let repo = model.repository("octo/hello");
    repo.push("main", &[CONFIG], "Begin");
    agent.add(&repo).await;
    let head = repo.push("topic", &[("a", "1\n")], "Add a");
    repo.expect_status(&head, PUSH, "pending").await;
    for call in [
        "GET /repos/*/pulls/*",
        "GET /repos/*/commits/*",
        "GET /repos/*/contents/*",
        "POST /repos/*/statuses/*",
    ] {
        model.next(1, call, mischief.clone());
    }
    repo.open_pull_request("topic", "main", "Add a");
    repo.expect_status(&head, PULL, "pending").await;
    agent.ended(2).await;
    let mut built = agent.built().await;
    built.sort_unstable();
    assert_eq!(built, ["#1 created", "topic created"], "{mischief:?}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_github_asks_for_holds_for_every_call() {
    let model = GithubModel::start();
    let agent = Agent::start(&model).await;
    let (one, two) = (model.repository("octo/one"), model.repository("octo/two"));
    agent.add(&one).await;
    agent.add(&two).await;
    let wait = vec![("retry-after".to_owned(), "3".to_owned())];
    model.next(
        1,
        "GET /repos/octo/one/contents/*",
        Mischief::StatusWith(403, wait),
    );
    let first = one.push("main", &[CONFIG], "Begin");
    let asked = loop {
        let calls = model.calls();
        if let Some(call) = calls.iter().find(|call| call.status == 403) {
            break call.at;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let second = two.push("main", &[CONFIG], "Begin");
    one.expect_status(&first, PUSH, "pending").await;
    two.expect_status(&second, PUSH, "pending").await;
    let later = model.calls().into_iter().filter(|call| call.at > asked);
    let soonest = later.map(|call| call.at - asked).min().unwrap();
    assert!(soonest >= Duration::from_millis(2_900), "{soonest:?}");
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_was_renamed_unheard_is_built_under_its_former_name() {
    let (model, agent, repo) = hello().await;
    model.hold_deliveries();
    repo.rename("goodbye");
    let sha = repo.push("main", &[CONFIG], "Begin");
    // Of the rename nobody tells.
    let deliveries = repo.deliveries();
    let push = deliveries.iter().find(|one| one.event == "push").unwrap();
    let body = push.payload.to_string().into_bytes();
    agent.take("push", &push.guid, &body).await;
    repo.expect_status(&sha, PUSH, "pending").await;
    assert_eq!(agent.built().await, ["main created"]);
    agent.stop().await;
    model.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_when_it_stopped_is_in_the_database() {
    let (model, agent, repo) = hello().await;
    model.next(1000, "POST /repos/*/statuses/*", Mischief::Status(502));
    let sha = repo.push("main", &[CONFIG], "Begin");
    // The push, and that the branch is new.
    agent.ended(2).await;
    let store = agent.store.clone();
    let _data = agent.stop().await;
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let waiting = store.unsent_statuses(later, 10).await.unwrap();
    let shas: Vec<&str> = waiting.iter().map(|one| one.key.sha.as_str()).collect();
    assert_eq!(shas, [sha]);
    model.finish();
}
