//! Threat T5: what belongs to a private repository is, to everybody else, not there.

use super::rows::{HELLO, HIDDEN, SECRET};
use super::world::{Answer, World};
use axum::http::StatusCode;

/// Every path that names a repository, with the name in it as `%`, and how it is asked for.
const PATHS: &[(&str, &str)] = &[
    ("GET", "/octo/%"),
    ("GET", "/octo/%?branch=main&state=passed&before=9"),
    ("GET", "/octo/%/deliveries"),
    ("GET", "/octo/%/builds/1"),
    ("GET", "/octo/%/jobs/1.1"),
    ("GET", "/octo/%/jobs/1.1?attempt=1"),
    ("GET", "/octo/%/jobs/1.1/repeat.json"),
    ("GET", "/octo/%/jobs/1.1/log"),
    ("GET", "/octo/%/jobs/1.1/log?from=3"),
    ("GET", "/octo/%/jobs/1.1/log/events"),
    ("GET", "/repos/octo/%/key.pub"),
    ("POST", "/octo/%/builds/1/restart"),
    ("POST", "/octo/%/builds/1/cancel"),
    ("POST", "/octo/%/builds/1/approve"),
    ("POST", "/octo/%/jobs/1.1/restart"),
    ("POST", "/octo/%/jobs/1.1/cancel"),
];

async fn ask(world: &World, method: &str, path: &str, name: &str) -> Answer {
    let path = path.replace('%', name);
    let asker = world.anybody().of(super::world::URL);
    match method {
        "POST" => asker.post(&path, "sha=1").await,
        _ => asker.get(&path).await,
    }
}

#[tokio::test]
async fn a_private_repository_is_answered_like_one_that_does_not_exist() {
    let world = World::new();
    world.write_log(50, 1, HIDDEN);
    for (method, path) in PATHS {
        let private = ask(&world, method, path, HIDDEN).await;
        let missing = ask(&world, method, path, "none").await;
        assert_eq!(private.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(private.body, missing.body, "{method} {path}");
        assert_eq!(private.headers, missing.headers, "{method} {path}");
        assert!(!private.body.contains(HIDDEN), "{method} {path}");
    }
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn the_operator_sees_it() {
    let world = World::new();
    world.write_log(50, 1, HIDDEN);
    for (_, path) in PATHS.iter().filter(|(method, _)| *method == "GET") {
        if path.contains("key.pub") || path.contains("events") {
            continue;
        }
        let path = path.replace('%', HIDDEN);
        for asker in [world.operator(), world.signed_in().await] {
            let answer = asker.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
        }
    }
    let all = world.operator().get("/").await.body;
    assert!(all.contains(HIDDEN));
}

#[tokio::test]
async fn nothing_private_is_on_a_page_for_everybody() {
    let world = World::new();
    let mut paths: Vec<String> = vec!["/".to_owned(), "/?branch=hush".to_owned()];
    for number in 1..20 {
        paths.push(format!("/octo/hello/builds/{number}"));
        paths.push(format!("/octo/hello/jobs/{number}.1"));
        paths.push(format!("/?before={number}"));
        paths.push(format!("/octo/hello/deliveries?before={number}"));
    }
    for path in paths {
        let answer = world.anybody().get(&path).await;
        let body = answer.body.replace("value=\"hush\"", "");
        assert!(!body.contains(HIDDEN), "{path}: {body}");
    }
    let all = world.anybody().get("/deliveries").await;
    assert_eq!(all.status, StatusCode::FORBIDDEN);
    assert!(!all.body.contains(HIDDEN));
}

#[tokio::test]
async fn a_repository_that_turns_private_is_gone_with_the_next_request() {
    let world = World::new();
    world.write_log(10, 2, "old log\r\n");
    let paths = [
        "/octo/hello",
        "/octo/hello/jobs/1.1",
        "/octo/hello/jobs/1.1/log",
    ];
    for path in paths {
        assert_eq!(world.anybody().get(path).await.status, StatusCode::OK);
    }
    world.memory.with(|rows| {
        let mut all = rows.repositories.iter_mut();
        all.find(|row| row.id == HELLO).unwrap().private = true;
    });
    for path in paths {
        let answer = world.anybody().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!world.anybody().get("/").await.body.contains("octo/hello"));
}

#[tokio::test]
async fn names_are_compared_as_the_forge_does() {
    let world = World::new();
    let answer = world.anybody().get("/OCTO/Hello").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_ne!(HELLO, SECRET);
}

#[tokio::test]
async fn numbers_that_are_none_are_not_there() {
    let world = World::new();
    for path in [
        "/octo/hello/builds/0",
        "/octo/hello/builds/-1",
        "/octo/hello/builds/99999999999999999999999",
        "/octo/hello/builds/1.1",
        "/octo/hello/builds/x",
        "/octo/hello/jobs/1",
        "/octo/hello/jobs/1.",
        "/octo/hello/jobs/.1",
        "/octo/hello/jobs/1.1.1",
        "/octo/hello/jobs/1.99999999999",
        "/octo/hello/jobs/1.9/log",
        "/nothing",
        "/octo/hello/nothing",
        "/a/b/c/d/e/f",
    ] {
        let answer = world.anybody().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
