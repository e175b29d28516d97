//! Threat T35: only the operator changes something, only from our own pages, and never by `GET`.

use super::world::{TOKEN, URL, World};
use agent::server::ActionError;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST};

/// Each action, its form, and what it asks for.
const ACTIONS: &[(&str, &str, &str)] = &[
    (
        "/octo/hello/builds/1/restart",
        "jobs=all",
        "restart Build(BuildId(1))",
    ),
    (
        "/octo/hello/builds/1/restart",
        "",
        "restart Build(BuildId(1))",
    ),
    (
        "/octo/hello/builds/2/restart",
        "jobs=failed",
        "restart Failed(BuildId(2))",
    ),
    (
        "/octo/hello/builds/4/cancel",
        "",
        "cancel Build(BuildId(4))",
    ),
    (
        "/octo/hello/jobs/2.1/restart",
        "",
        "restart Job(BuildId(2), 1)",
    ),
    (
        "/octo/hello/jobs/4.2/cancel",
        "",
        "cancel Job(BuildId(4), 2)",
    ),
    (
        "/octo/hello/builds/2/approve",
        "sha=45c48cce2e2d7fbdea1afc51c7c6ad26c9ae3d51",
        "approve 2 45c48cce2e2d7fbdea1afc51c7c6ad26c9ae3d51",
    ),
];

#[tokio::test]
async fn the_operator_acts_from_our_pages_and_by_token() {
    let world = World::new();
    let browser = world.signed_in().await.of(URL);
    for (path, form, what) in ACTIONS {
        for asker in [&browser, &world.operator()] {
            let answer = asker.post(path, form).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            let back = path.rsplit_once('/').map(|(page, _)| page);
            assert_eq!(Some(answer.header("location").as_str()), back);
            assert_eq!(world.done().last().map(String::as_str), Some(*what));
        }
    }
    assert_eq!(world.done().len(), 2 * ACTIONS.len());
}

#[tokio::test]
async fn nobody_else_does() {
    let world = World::new();
    let cookie = world.anybody().of(URL).with(COOKIE, "__Host-agent=1.AAAA");
    let wrong = world.anybody().with(AUTHORIZATION, "Bearer guess");
    for (path, form, _) in ACTIONS {
        for asker in [&world.anybody(), &world.anybody().of(URL), &cookie, &wrong] {
            let answer = asker.post(path, form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_though_the_browser_is_signed_in() {
    let world = World::new();
    let browser = world.signed_in().await;
    let foreign = [
        browser.clone(),
        browser.clone().of("https://evil.example"),
        browser.clone().of("null"),
        browser.clone().of("http://ci.example.org"),
        browser
            .of("https://evil.example")
            .with(HOST, "ci.example.org"),
    ];
    for (path, form, _) in ACTIONS.iter().chain(&[("/logout", "", "")]) {
        for asker in &foreign {
            let answer = asker.post(path, form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let foreign_login = world.anybody().of("https://evil.example");
    let answer = foreign_login
        .post("/login", &format!("token={TOKEN}"))
        .await;
    assert_eq!(
        (answer.status, answer.header("set-cookie").as_str()),
        (StatusCode::FORBIDDEN, "")
    );
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn no_get_changes_anything() {
    let world = World::new();
    let browser = world.signed_in().await.of(URL);
    let mut waiting = vec!["/".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) || path.contains("/events") {
            continue;
        }
        let answer = browser.get(&path).await;
        for attribute in ["href=\"", "action=\""] {
            for link in answer.body.split(attribute).skip(1) {
                let link = link.split('"').next().unwrap_or_default();
                let link = link.replace("&#38;", "&");
                let page = path.split('?').next().unwrap_or_default();
                match link.chars().next() {
                    Some('/') => waiting.push(link),
                    Some('?') => waiting.push(format!("{page}{link}")),
                    _ => (),
                }
            }
        }
    }
    for (path, form, _) in ACTIONS {
        assert!(
            seen.contains(*path) || form.is_empty(),
            "{path} is on a page"
        );
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn an_approval_is_for_the_commit_that_the_page_showed() {
    let world = World::new();
    for sha in ["8f14e45fceea167a5a36dedd4bea2543c2a3b1f0", "45c48cce", ""] {
        let form = format!("sha={sha}");
        let path = "/octo/hello/builds/2/approve";
        let answer = world.operator().post(path, &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{sha}");
    }
    let no_pull_request = "/octo/hello/builds/1/approve";
    let answer = world.operator().post(no_pull_request, "sha=1").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(world.done().is_empty());
}

#[tokio::test]
async fn a_refusal_says_why() {
    let world = World::new();
    let refuse = |error| *world.asked.answer.lock().unwrap() = Some(error);
    let path = "/octo/hello/builds/4/restart";
    refuse(ActionError::Refused("The build still runs".to_owned()));
    let answer = world.operator().post(path, "").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.body.contains("The build still runs"),
        "{}",
        answer.body
    );
    refuse(ActionError::Busy("locked".to_owned()));
    let answer = world.operator().post(path, "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    refuse(ActionError::Broken("password=hunter2".to_owned()));
    let answer = world.operator().post(path, "").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("hunter2"), "{}", answer.body);
}

#[tokio::test]
async fn a_wrong_token_does_not_sign_in_and_is_not_shown_again() {
    let world = World::new();
    let answer = world
        .anybody()
        .of(URL)
        .post("/login", "token=guess123&next=/octo/hello")
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("set-cookie"), "");
    assert!(!answer.body.contains("guess123"), "{}", answer.body);
    assert!(
        answer.body.contains("value=\"/octo/hello\""),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn signing_in_and_out() {
    let world = World::new();
    let form = format!("token={TOKEN}&next=//evil.example");
    let answer = world.anybody().of(URL).post("/login", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/");
    let cookie = answer.header("set-cookie");
    assert!(!cookie.contains(TOKEN), "{cookie}");
    let out = world.signed_in().await.of(URL).post("/logout", "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn a_form_that_is_too_large_or_broken_is_refused() {
    let world = World::new();
    let large = format!("jobs=all&x={}", "x".repeat(20 << 10));
    let path = "/octo/hello/builds/1/restart";
    let answer = world.operator().post(path, &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = world.operator().post(path, "jobs=some").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(world.done().is_empty());
}
