//! What every answer carries, and what none does.

use super::world::World;
use agent::store::StoreError;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_answer_is_secured_errors_and_webhooks_included() {
    let webhook = Router::new().route("/webhook", post(async || StatusCode::ACCEPTED));
    let world = World::at(super::world::URL, webhook);
    world.write_log(10, 2, "a log\r\n");
    for path in [
        "/",
        "/octo/hello",
        "/octo/hello/builds/1",
        "/octo/hello/jobs/1.1",
        "/octo/hello/jobs/1.1/log",
        "/octo/hello/jobs/1.1/log/events",
        "/octo/none",
        "/nothing/at/all",
        "/deliveries",
        "/login",
        "/healthz",
        "/readyz",
        "/metrics",
        "/-/style.css",
        "/-/script.js",
        "/webhook",
        "/octo/hello/builds/1/cancel",
    ] {
        let answer = world.anybody().get(path).await;
        assert_eq!(answer.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
    let webhook = world.anybody().post("/webhook", "{}").await;
    assert_eq!(webhook.status, StatusCode::ACCEPTED);
    assert_eq!(webhook.header("content-security-policy"), POLICY);
}

#[tokio::test]
async fn a_page_has_no_inline_script_style_or_handler() {
    let world = World::new();
    world.write_log(10, 2, "\x1b[31mred\x1b[0m\r\n");
    for path in [
        "/",
        "/octo/hello",
        "/octo/hello/builds/2",
        "/octo/hello/builds/3",
        "/octo/hello/jobs/1.1",
        "/octo/hello/deliveries",
        "/login",
        "/none",
    ] {
        let body = world.operator().get(path).await.body;
        assert_eq!(body.matches("<script").count(), 1, "{path}");
        assert!(
            !body.contains("<style") && !body.contains("style="),
            "{path}"
        );
        assert!(!body.contains(" on") || !has_handler(&body), "{path}");
        assert!(!body.contains("javascript:"), "{path}");
    }
}

/// Whether a tag has an attribute that starts with `on`.
fn has_handler(body: &str) -> bool {
    let tags = body.split('<').skip(1);
    let mut tags = tags.map(|tag| tag.split('>').next().unwrap_or_default());
    tags.any(|tag| {
        tag.split_whitespace()
            .skip(1)
            .any(|word| word.starts_with("on"))
    })
}

#[tokio::test]
async fn a_panic_is_answered_with_a_name_and_nothing_else() {
    async fn broken() -> &'static str {
        panic!("the password is hunter2")
    }
    let world = World::at(
        super::world::URL,
        Router::new().route("/broken", get(broken)),
    );
    let first = world.anybody().get("/broken").await;
    let second = world.anybody().get("/broken").await;
    assert_eq!(first.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!first.body.contains("hunter2"), "{}", first.body);
    assert!(
        first.body.starts_with("Something broke in the agent."),
        "{}",
        first.body
    );
    assert_ne!(first.body, second.body, "each has a name of its own");
    assert_eq!(first.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_database_that_fails_says_nothing_to_the_asker() {
    let world = World::new();
    let say = |error: fn() -> StoreError| world.memory.with(|rows| rows.broken = Some(error));
    say(|| StoreError::Refused("no such column: hunter2".to_owned()));
    let answer = world.anybody().get("/octo/hello").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("hunter2"), "{}", answer.body);
    say(|| StoreError::Busy("locked by hunter2".to_owned()));
    let answer = world.anybody().get("/octo/hello").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.body.contains("hunter2"), "{}", answer.body);
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_slow_deliveries_has_an_end_and_keeps_nobody_from_the_pages() {
    let slow = async || {
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        "late"
    };
    let world = World::at(super::world::URL, Router::new().route("/slow", get(slow)));
    let anybody = world.anybody();
    let asks = (0..300).map(|_| anybody.get("/slow"));
    let crowd = futures_util::future::join_all(asks);
    let others = async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let other = world.anybody();
        (other.get("/healthz").await, other.get("/octo/hello").await)
    };
    let (answers, (health, page)) = tokio::join!(crowd, others);
    assert_eq!(
        (health.status, page.status),
        (StatusCode::OK, StatusCode::OK)
    );
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    assert!(answers.iter().all(|answer| answer.status == unavailable));
}
