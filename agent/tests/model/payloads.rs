//! The model's payloads have the shape of real ones: of whatever it sends, each field is in a real
//! payload of that event and has one of the types found there; and what the agent reads is there.

use crate::client::Client;
use crate::github_model::GithubModel;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What the agent reads of each event. A real one and the model's must both have it.
const READ: &[(&str, &[&str])] = &[
    (
        "push",
        &[
            "ref",
            "before",
            "after",
            "created",
            "deleted",
            "forced",
            "base_ref",
            "commits",
            "head_commit.id",
            "head_commit.message",
            "head_commit.timestamp",
            "head_commit.author.name",
            "head_commit.author.email",
            "commits.id",
            "commits.message",
            "commits.added",
            "commits.removed",
            "commits.modified",
            "pusher.name",
            "sender.id",
            "sender.login",
            "sender.type",
            "repository.id",
            "repository.full_name",
            "repository.private",
            "repository.fork",
            "repository.default_branch",
            "repository.owner.id",
            "repository.owner.login",
        ],
    ),
    (
        "pull_request",
        &[
            "action",
            "number",
            "sender.id",
            "sender.login",
            "repository.id",
            "repository.full_name",
            "repository.private",
            "repository.default_branch",
            "pull_request.id",
            "pull_request.number",
            "pull_request.state",
            "pull_request.title",
            "pull_request.draft",
            "pull_request.merged",
            "pull_request.mergeable",
            "pull_request.merge_commit_sha",
            "pull_request.user.id",
            "pull_request.user.login",
            "pull_request.author_association",
            "pull_request.head.ref",
            "pull_request.head.sha",
            "pull_request.head.label",
            "pull_request.head.repo.id",
            "pull_request.head.repo.full_name",
            "pull_request.head.repo.fork",
            "pull_request.head.user.id",
            "pull_request.base.ref",
            "pull_request.base.sha",
            "pull_request.base.repo.id",
        ],
    ),
    ("delete", &["ref", "ref_type", "repository.id", "sender.id"]),
    (
        "create",
        &[
            "ref",
            "ref_type",
            "master_branch",
            "repository.id",
            "sender.id",
        ],
    ),
    (
        "ping",
        &[
            "zen",
            "hook_id",
            "hook.events",
            "hook.config.url",
            "repository.id",
        ],
    ),
    (
        "repository",
        &[
            "action",
            "repository.id",
            "repository.full_name",
            "changes.repository.name.from",
        ],
    ),
];

/// Only transfers, and pings of hooks with a secret, have it: no real one is at hand.
const NOT_AT_HAND: [&str; 2] = ["changes.owner", "hook.config.secret"];

type Shape = BTreeMap<String, BTreeSet<&'static str>>;

#[tokio::test]
async fn they_have_the_shape_of_real_ones() {
    let Some(real) = real() else {
        // The cases are not part of the repository; what is read is checked all the same.
        let ours = ours().await;
        for (event, fields) in READ {
            missing("the model", event, &ours[*event], fields);
        }
        return;
    };
    let ours = ours().await;
    // Real ones are of many years: a repository has grown fields that some of them lack.
    let mut anywhere = Shape::new();
    for (path, kinds) in real.values().flatten() {
        anywhere.entry(path.clone()).or_default().extend(kinds);
    }
    for (event, fields) in READ {
        let (model, real) = (&ours[*event], &real[*event]);
        missing("the model", event, model, fields);
        missing("GitHub", event, real, fields);
        for (path, kinds) in model {
            if NOT_AT_HAND.iter().any(|known| path.starts_with(known)) {
                continue;
            }
            let there = real.get(path).or_else(|| anywhere.get(path));
            let there =
                there.unwrap_or_else(|| panic!("nothing real has `{path}`, as {event} has"));
            let odd: Vec<_> = kinds
                .difference(there)
                .filter(|kind| **kind != "null")
                .collect();
            assert!(
                odd.is_empty(),
                "`{path}` of {event} is {odd:?}, of real ones {there:?}"
            );
        }
    }
}

fn missing(who: &str, event: &str, shape: &Shape, fields: &[&str]) {
    let gone: Vec<_> = fields
        .iter()
        .filter(|field| !shape.contains_key(**field))
        .collect();
    assert!(gone.is_empty(), "{who} has no {gone:?} in {event}");
}

/// All that the model sends, by event.
async fn ours() -> BTreeMap<String, Shape> {
    let model = GithubModel::start();
    let repo = model.repository("octo/hello");
    repo.add_hook("http://127.0.0.1:9/", "s");
    repo.push("main", &[("a", "1")], "One");
    repo.push_edits("main", &[("a", Some(b"2"))], "Two");
    repo.push_edits("main", &[("a", None)], "Three");
    repo.push_tag("v1");
    repo.delete_tag("v1");
    repo.push("feature", &[("b", "1")], "Four");
    let pull = repo.open_pull_request("feature", "main", "Better");
    pull.synchronize(&[("b", "2")], "Five");
    pull.close();
    repo.open_pull_request_from_fork("mallory", "patch", &[("c", "1")], "Six");
    repo.delete_branch("feature");
    repo.rename("goodbye");
    repo.transfer("hexa");
    let hook = json!({ "config": { "url": "http://127.0.0.1:9/other", "secret": "s" } });
    let made = Client::new(&model)
        .call("POST", "/repos/hexa/goodbye/hooks", hook)
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let deliveries = repo.deliveries();
    shapes(deliveries.into_iter().map(|it| (it.event, it.payload)))
}

/// The real ones, where they are at hand.
fn real() -> Option<BTreeMap<String, Shape>> {
    let folder = std::env::var_os("CI_CONFORMANCE_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
        PathBuf::from,
    );
    let folder = folder.join("webhooks");
    let index = std::fs::read(folder.join("index.json")).ok()?;
    let index: Value = serde_json::from_slice(&index).unwrap();
    let payloads = index.as_array().unwrap().iter().filter_map(|row| {
        let (event, file) = (row["event"].as_str()?, row["file"].as_str()?);
        let payload = serde_json::from_slice(&std::fs::read(folder.join(file)).ok()?).unwrap();
        Some((event.to_owned(), payload))
    });
    Some(shapes(payloads))
}

fn shapes(payloads: impl Iterator<Item = (String, Value)>) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    for (event, payload) in payloads {
        note(&payload, "", shapes.entry(event).or_default());
    }
    shapes
}

/// Every path with the types found there; the elements of a list share one path.
fn note(value: &Value, path: &str, shape: &mut Shape) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(list) => {
            list.iter()
                .filter(|it| it.is_object())
                .for_each(|it| note(it, path, shape));
            "list"
        }
        Value::Object(map) => {
            for (name, value) in map {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                note(value, &path, shape);
            }
            "object"
        }
    };
    if !path.is_empty() {
        shape.entry(path.to_owned()).or_default().insert(kind);
    }
}
