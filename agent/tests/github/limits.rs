//! GitHub's limits: a pause that it asks for holds for every call, and the budget is kept.

use crate::server::{Reply, Server, says, slug};
use agent::github::{Budget, GithubError};
use jiff::Timestamp;
use std::time::Duration;

fn user() -> Reply {
    says(200, &[], r#"{"id":1,"login":"a"}"#)
}

fn wait(error: &GithubError) -> f64 {
    let GithubError::RateLimited { until, .. } = error else {
        panic!("{error}");
    };
    until.duration_since(Timestamp::now()).as_secs_f64()
}

#[tokio::test]
async fn a_named_wait_holds_for_all_calls_and_then_they_go_on() {
    let limited = says(
        403,
        &[("retry-after", "1")],
        r#"{"message":"secondary rate limit"}"#,
    );
    let server = Server::start(vec![limited, user(), user()]).await;
    let client = server.patient(Duration::from_secs(5), Budget::default());
    let other = client.clone();
    let error = client.user().await.expect_err("limited");
    assert!((0.5..=1.1).contains(&wait(&error)), "{error}");
    let (first, second) = tokio::join!(client.user(), other.user());
    first.expect("after the pause");
    second.expect("after the pause");
    let asked = server.asked();
    for later in &asked[1..] {
        assert!(later.at - asked[0].at >= Duration::from_millis(990));
    }
}

#[tokio::test]
async fn a_long_wait_fails_at_once_and_asks_nobody() {
    for (reply, least, most) in [
        (says(429, &[], "{}"), 58.0, 60.5),
        (
            says(
                403,
                &[],
                r#"{"message":"You have exceeded a secondary rate limit"}"#,
            ),
            58.0,
            60.5,
        ),
        (says(429, &[("retry-after", "300")], "{}"), 298.0, 300.5),
        (
            says(
                200,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", &in_seconds(90)),
                    ("date", &http_date()),
                ],
                r#"{"id":1,"login":"a"}"#,
            ),
            88.0,
            92.5,
        ),
        (
            says(
                403,
                &[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", &in_seconds(90)),
                ],
                "{}",
            ),
            88.0,
            92.5,
        ),
    ] {
        let server = Server::start(vec![reply]).await;
        let client = server.patient(Duration::from_secs(5), Budget::default());
        let _ = client.user().await;
        let error = client.repository(&slug()).await.expect_err("limited");
        assert!((least..most).contains(&wait(&error)), "{error}");
        assert_eq!(server.lines().len(), 1, "the second call was not made");
        assert!(
            error
                .to_string()
                .contains("GET /repos/o/r must wait until 20"),
            "{error}"
        );
    }
}

fn in_seconds(seconds: i64) -> String {
    (Timestamp::now().as_second() + seconds).to_string()
}

fn http_date() -> String {
    Timestamp::now()
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[tokio::test]
async fn the_budget_is_kept_without_github_having_to_say_so() {
    let server = Server::start((0..4).map(|_| user()).collect()).await;
    let budget = Budget {
        points_per_minute: 4,
        ..Budget::default()
    };
    let client = server.patient(Duration::ZERO, budget);
    for _ in 0..4 {
        client.user().await.expect("within the budget");
    }
    let error = client.user().await.expect_err("beyond the budget");
    assert!((55.0..=60.5).contains(&wait(&error)), "{error}");
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn new_things_have_a_budget_of_their_own() {
    let server = Server::start(vec![says(204, &[], ""), user()]).await;
    let budget = Budget {
        created_per_minute: 1,
        ..Budget::default()
    };
    let client = server.patient(Duration::ZERO, budget);
    client.ping_hook(&slug(), 1).await.expect("the first");
    client.ping_hook(&slug(), 1).await.expect_err("the second");
    client.user().await.expect("reading goes on");
    assert_eq!(server.lines().len(), 2);
}
