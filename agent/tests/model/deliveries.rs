//! Webhooks: what is sent, how, and what happens to what nobody took.

use crate::client::Client;
use crate::github_model::{GithubModel, Loss};
use crate::receiver::Receiver;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_push_makes_a_signed_delivery() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    let hook = repo.add_hook(&receiver.url, "a secret");
    let sha = repo.push("main", &[("a.txt", "one"), ("dir/b.txt", "two")], "Begin");
    model.settled().await;

    let inbox = receiver.inbox();
    let push = &inbox[0];
    assert_eq!(push.header("x-github-event"), "push");
    assert_eq!(push.header("x-github-hook-id"), hook.to_string());
    assert_eq!(push.header("content-type"), "application/json");
    assert!(push.header("user-agent").starts_with("GitHub-Hookshot/"));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a secret");
    let signature = push
        .header("x-hub-signature-256")
        .strip_prefix("sha256=")
        .unwrap();
    let bytes: Vec<u8> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap())
        .collect();
    ring::hmac::verify(&key, &push.body, &bytes).unwrap();

    let payload = push.json();
    assert_eq!(payload["ref"], "refs/heads/main");
    assert_eq!(payload["after"], sha);
    assert_eq!(payload["created"], true);
    assert_eq!(
        payload["head_commit"]["added"],
        json!(["a.txt", "dir/b.txt"])
    );
    assert_eq!(payload["head_commit"]["message"], "Begin");
}

#[tokio::test]
async fn a_push_lists_its_commits_and_whether_it_was_forced() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.add_hook("http://127.0.0.1:9/", "s");
    let first = repo.push("main", &[("a", "1")], "One");
    repo.push_edits("main", &[("a", None), ("b", Some(b"2"))], "Two\n\nmore");
    let forced = repo.force_push("main", &first, &[("a", "3")], "Three");
    repo.push_annotated_tag("v1", "The first");

    let pushes: Vec<_> = repo
        .deliveries()
        .into_iter()
        .filter(|it| it.event == "push")
        .collect();
    let two = &pushes[1].payload;
    assert_eq!(two["commits"][0]["removed"], json!(["a"]));
    assert_eq!(two["commits"][0]["added"], json!(["b"]));
    assert_eq!(two["commits"][0]["message"], "Two\n\nmore");
    assert_eq!(
        (&two["forced"], &two["created"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(pushes[2].payload["forced"], true);
    let tag = &pushes[3].payload;
    assert_eq!(tag["head_commit"]["id"], forced);
    assert_ne!(
        tag["after"], forced,
        "an annotated tag is an object of its own"
    );
    assert_eq!(tag["base_ref"], "refs/heads/main");
}

#[tokio::test]
async fn more_than_three_tags_at_once_make_no_event() {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    repo.add_hook("http://127.0.0.1:9/", "s");
    repo.push_tags(4);
    assert_eq!(repo.deliveries().len(), 0);
    repo.delete_tag("v0.0.1");
    repo.delete_tag("v0.0.2");
    repo.delete_tag("v0.0.3");
    repo.push_tags(3);
    let made = |event: &str| {
        repo.deliveries()
            .iter()
            .filter(|it| it.event == event)
            .count()
    };
    assert_eq!((made("delete"), made("create"), made("push")), (3, 3, 6));
    let client = Client::new(&model);
    assert_eq!(
        client
            .get("/repos/octo/hello/tags")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn a_receiver_that_fails_or_hangs_gets_nothing_again_by_itself() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    repo.add_hook(&receiver.url, "s");
    receiver.answer(Some(500));
    repo.push("main", &[("a", "1")], "One");
    model.settled().await;
    model.delivery_timeout(Duration::from_millis(200));
    receiver.answer(None);
    repo.push("main", &[("a", "2")], "Two");
    model.settled().await;
    let ends: Vec<(String, u16)> = repo
        .deliveries()
        .iter()
        .map(|it| (it.event.clone(), it.response.as_ref().unwrap().code))
        .collect();
    let wanted = [("push", 500), ("create", 500), ("push", 504)];
    assert_eq!(ends, wanted.map(|(event, code)| (event.to_owned(), code)));
    assert_eq!(receiver.inbox().len(), 3);
}

#[tokio::test]
async fn a_redelivery_has_the_same_guid_and_is_asked_for_by_the_api() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    let hook = repo.add_hook(&receiver.url, "s");
    repo.push("main", &[("a", "1")], "One");
    model.settled().await;

    let client = Client::new(&model);
    let hooks = format!("/repos/octo/hello/hooks/{hook}/deliveries");
    let listed = client.get(&format!("{hooks}?per_page=1")).await;
    assert_eq!(listed.json()[0]["event"], "create", "newest first");
    let rest = client.get(&listed.link("next").unwrap()).await;
    let push = rest.json()[0].clone();
    assert_eq!(
        (&push["event"], &push["status_code"], &push["status"]),
        (&json!("push"), &json!(202), &json!("OK"))
    );
    assert!(rest.link("next").is_none());

    let one = format!("{hooks}/{}", push["id"]);
    let detail = client.get(&one).await.json();
    assert_eq!(detail["request"]["payload"]["ref"], "refs/heads/main");
    assert_eq!(detail["request"]["headers"]["X-GitHub-Event"], "push");

    assert_eq!(
        client
            .call("POST", &format!("{one}/attempts"), json!({}))
            .await
            .status,
        202
    );
    model.settled().await;
    let inbox = receiver.inbox();
    assert_eq!(inbox.len(), 3);
    assert_eq!(
        inbox[2].header("x-github-delivery"),
        inbox[0].header("x-github-delivery")
    );
    assert_eq!(inbox[2].body, inbox[0].body);
    assert!(repo.deliveries().last().unwrap().redelivery);
}

#[tokio::test]
async fn deliveries_get_lost_and_come_in_another_order_on_request() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    repo.add_hook(&receiver.url, "s");
    model.lose_deliveries(1, Loss::Failed);
    let two = repo.push("main", &[("a", "2")], "Two");
    model.lose_deliveries(1, Loss::Vanished);
    repo.push("main", &[("a", "3")], "Three");
    assert_eq!(repo.deliveries().len(), 1);
    assert_eq!(repo.deliveries()[0].payload["after"], two);
    assert_eq!(repo.deliveries()[0].response.as_ref().unwrap().code, 502);

    model.hold_deliveries();
    let four = repo.push("main", &[("a", "4")], "Four");
    let five = repo.push("main", &[("a", "5")], "Five");
    model.release_deliveries(true);
    model.settled().await;
    let heads: Vec<_> = receiver
        .inbox()
        .iter()
        .map(|it| it.json()["after"].clone())
        .collect();
    assert_eq!(heads, [json!(five), json!(four)]);
}

#[tokio::test]
async fn hooks_are_made_changed_and_deleted_and_never_show_their_secret() {
    let (model, receiver) = (GithubModel::start(), Receiver::start().await);
    let repo = model.repository("octo/hello");
    repo.push("main", &[("a", "1")], "One");
    let client = Client::new(&model);
    let hook = json!({ "name": "web", "events": ["push", "pull_request"],
        "config": { "url": receiver.url, "content_type": "json", "secret": "hush" } });
    let made = client
        .call("POST", "/repos/octo/hello/hooks", hook.clone())
        .await;
    assert_eq!(
        (made.status, &made.json()["config"]["secret"]),
        (201, &json!("********"))
    );
    let again = client.call("POST", "/repos/octo/hello/hooks", hook).await;
    assert_eq!(
        (again.status, again.text.contains("Hook already exists")),
        (422, true)
    );
    model.settled().await;
    assert_eq!(receiver.events(), ["ping "]);

    let path = format!("/repos/octo/hello/hooks/{}", made.json()["id"]);
    let changed = client
        .call("PATCH", &path, json!({ "remove_events": ["push"] }))
        .await;
    assert_eq!(changed.json()["events"], json!(["pull_request"]));
    repo.push("main", &[("a", "2")], "Two");
    assert_eq!(
        repo.deliveries().len(),
        1,
        "the hook no longer wants pushes"
    );
    let form = client
        .call(
            "PATCH",
            &path,
            json!({ "config": { "url": receiver.url, "content_type": "form" } }),
        )
        .await;
    assert_eq!(form.status, 200);
    assert_eq!(
        client
            .call("POST", &format!("{path}/pings"), json!({}))
            .await
            .status,
        204
    );
    model.settled().await;
    let last = receiver.inbox().pop().unwrap();
    assert!(last.body.starts_with(b"payload=%7B"), "as a form");
    let invalid = client
        .call("PATCH", &path, json!({ "events": ["pushes"] }))
        .await;
    assert_eq!(invalid.status, 422);
    assert_eq!(client.call("DELETE", &path, json!({})).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
}
