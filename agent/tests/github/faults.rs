//! Calls that do not succeed: what the caller gets to know, and that nobody gets the token.

use crate::server::{Reply, Server, TOKEN, json, says, slug};
use agent::github::GithubError;
use serde_json::json;
use std::time::{Duration, Instant};

fn repository() -> Reply {
    json(
        200,
        &json!({"id": 7, "full_name": "o/r", "private": true, "default_branch": "main",
            "permissions": {"admin": false, "push": true, "pull": true}}),
    )
}

/// The error of asking for a repository.
async fn error(replies: Vec<Reply>) -> GithubError {
    let server = Server::start(replies).await;
    let error = server
        .client()
        .repository(&slug())
        .await
        .expect_err("an error");
    server.asked();
    let text = format!("{error} {error:?}");
    assert!(!text.contains(TOKEN), "{text}");
    error
}

#[tokio::test]
async fn every_call_says_who_asks_and_in_which_version() {
    let server = Server::start(vec![repository()]).await;
    let client = server.client();
    client.repository(&slug()).await.expect("a repository");
    let asked = server.asked().remove(0);
    assert_eq!(asked.line(), "GET /api/v3/repos/o/r");
    assert_eq!(asked.header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(asked.header("accept"), "application/vnd.github+json");
    assert_eq!(asked.header("x-github-api-version"), "2022-11-28");
    assert!(asked.header("user-agent").starts_with("build-agent/"));
    assert!(!format!("{client:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_refused_token_is_read_anew_once() {
    let refused = || says(401, &[], r#"{"message":"Bad credentials"}"#);
    let server = Server::start(vec![refused(), repository(), refused(), refused()]).await;
    let client = server.client();
    server.put_token("ghp_new");
    client
        .repository(&slug())
        .await
        .expect("with the new token");
    let error = client.repository(&slug()).await.expect_err("refused twice");
    let tokens: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.header("authorization").to_owned())
        .collect();
    assert_eq!(tokens[0], format!("Bearer {TOKEN}"));
    assert_eq!(
        tokens[1..],
        ["Bearer ghp_new", "Bearer ghp_new", "Bearer ghp_new"]
    );
    let text = error.to_string();
    assert!(
        text.starts_with(
            "GitHub refused the token on GET /repos/o/r (401: Bad credentials); \
             put a valid one into the test"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn a_token_that_is_refused_and_gone_is_said_to_be_gone() {
    let server = Server::start(vec![says(401, &[], "{}")]).await;
    let client = server.client();
    server.put_token("");
    let error = client.repository(&slug()).await.expect_err("no token");
    assert!(
        error
            .to_string()
            .contains("there is no GitHub token in the test: it is gone"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let refused = says(
        403,
        &[("x-accepted-github-permissions", "metadata=read")],
        r#"{"message":"Resource not accessible by personal access token"}"#,
    );
    assert_eq!(
        error(vec![refused]).await.to_string(),
        "GitHub forbids GET /repos/o/r (403: Resource not accessible by personal access token); \
         give the token the permission metadata=read"
    );
}

#[tokio::test]
async fn each_refusal_has_its_kind() {
    let text = r#"{"message":"No","errors":[{"resource":"x","field":"url","code":"custom"}]}"#;
    let said = |status: u16| format!("{status}: No: url custom");
    let ask = || "GET /repos/o/r".to_owned();
    for (status, expected) in [
        (404, GithubError::NotFound { ask: ask() }),
        (
            410,
            GithubError::Gone {
                ask: ask(),
                said: said(410),
            },
        ),
        (
            422,
            GithubError::Unprocessable {
                ask: ask(),
                said: said(422),
            },
        ),
        (
            409,
            GithubError::Unprocessable {
                ask: ask(),
                said: said(409),
            },
        ),
        (
            500,
            GithubError::Temporary {
                ask: ask(),
                said: said(500),
            },
        ),
        (
            502,
            GithubError::Temporary {
                ask: ask(),
                said: said(502),
            },
        ),
        (
            503,
            GithubError::Temporary {
                ask: ask(),
                said: said(503),
            },
        ),
    ] {
        assert_eq!(error(vec![says(status, &[], text)]).await, expected);
    }
}

#[tokio::test]
async fn a_page_with_a_status_of_success_is_worth_another_try() {
    let page = says(
        200,
        &[("content-type", "text/html")],
        "<html>unicorn</html>",
    );
    let error = error(vec![page]).await;
    assert!(
        matches!(&error, GithubError::Temporary { said, .. } if said == "200, a page instead of an answer"),
        "{error}"
    );
}

#[tokio::test]
async fn half_an_answer_is_worth_another_try() {
    for reply in [
        says(200, &[], "{\"id\":"),
        says(200, &[], "{}"),
        Reply::Breaks,
    ] {
        let error = error(vec![reply]).await;
        assert!(matches!(error, GithubError::Temporary { .. }), "{error}");
    }
}

#[tokio::test]
async fn who_never_answers_is_left_in_time() {
    let begun = Instant::now();
    let error = error(vec![Reply::Hangs]).await;
    assert!(
        matches!(&error, GithubError::Temporary { said, .. } if said == "nothing came in time"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn nobody_there_says_so() {
    let server = Server::start(vec![]).await;
    let mut options = server.options();
    options.api = url::Url::parse("http://127.0.0.1:1/").expect("a URL");
    let client = agent::github::Client::new(options).expect("a client");
    let error = client
        .repository(&slug())
        .await
        .expect_err("refused")
        .to_string();
    assert!(error.contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn a_host_that_no_resolver_knows_is_worth_another_try() {
    let server = Server::start(vec![]).await;
    let mut options = server.options();
    // No such name will ever be given out (RFC 6761).
    options.api = url::Url::parse("http://github.invalid/").expect("a URL");
    let client = agent::github::Client::new(options).expect("a client");
    let error = client.repository(&slug()).await.expect_err("unknown");
    assert!(matches!(error, GithubError::Temporary { .. }), "{error}");
}

#[tokio::test]
async fn an_endless_answer_is_left_at_the_limit() {
    let server = Server::start(vec![Reply::Endless]).await;
    let mut options = server.options();
    options.timeout = Duration::from_secs(30);
    let client = agent::github::Client::new(options).expect("a client");
    let sha = "a".repeat(40).parse().expect("a commit");
    let error = client
        .file(&slug(), &sha, ".ci.yml", 65_536)
        .await
        .expect_err("too long");
    assert_eq!(
        error.to_string(),
        "the answer to GET /repos/o/r/contents/.ci.yml is longer than 65536 bytes"
    );
}

#[tokio::test]
async fn a_renamed_repository_is_followed_on_the_same_host_with_method_and_body() {
    let moved = |status, to: &str| says(status, &[("location", to)], "{}");
    let server = Server::start(vec![]).await;
    let absolute = format!("http://{}/api/v3/repositories/7", server.address);
    let server = Server::start(vec![
        moved(301, "/api/v3/repositories/7?x=1"),
        moved(308, "/api/v3/repositories/7?x=2"),
        repository(),
        moved(307, "/api/v3/repositories/7/hooks/5/pings"),
        says(204, &[], ""),
    ])
    .await;
    let client = server.client();
    client.repository(&slug()).await.expect("found");
    client.ping_hook(&slug(), 5).await.expect("pinged");
    assert_eq!(
        server.lines(),
        [
            "GET /api/v3/repos/o/r",
            "GET /api/v3/repositories/7?x=1",
            "GET /api/v3/repositories/7?x=2",
            "POST /api/v3/repos/o/r/hooks/5/pings",
            "POST /api/v3/repositories/7/hooks/5/pings",
        ]
    );
    // Another port is another host.
    let error = error(vec![moved(301, &absolute)]).await;
    assert!(
        matches!(&error, GithubError::Moved { to, .. } if to == "127.0.0.1"),
        "{error}"
    );
}

#[tokio::test]
async fn redirects_elsewhere_or_in_circles_are_not_followed() {
    let moved = |to: &str| says(302, &[("location", to)], "{}");
    for to in [
        "https://evil.example/",
        "//evil.example/x",
        "http://u:p@evil.example/",
    ] {
        let error = error(vec![moved(to)]).await;
        assert!(
            matches!(&error, GithubError::Moved { to, .. } if to == "evil.example"),
            "{error}"
        );
    }
    assert!(
        error(vec![says(301, &[], "")])
            .await
            .to_string()
            .contains("a redirect to nowhere")
    );
    let circle = (0..6).map(|_| moved("/api/v3/repos/o/r")).collect();
    assert!(
        error(circle)
            .await
            .to_string()
            .contains("one redirect after the other")
    );
}

#[tokio::test]
async fn what_github_says_back_is_shown_without_the_token() {
    let echo = format!(r#"{{"message":"bad header: Bearer {TOKEN}"}}"#);
    let error = error(vec![says(400, &[], &echo)]).await;
    assert!(error.to_string().contains("Bearer [secure]"), "{error}");
}

#[test]
fn an_address_that_is_none_is_refused_without_its_password() {
    let token = agent::github::TokenSource::new("the test", || Ok("x".into()));
    let good = url::Url::parse("https://github.example").expect("a URL");
    for text in [
        "ftp://h/",
        "https://u:hunter2@h/",
        "https://h/?hunter2",
        "data:x",
    ] {
        let api = url::Url::parse(text).expect("a URL");
        let options = agent::github::Options::new(api, good.clone(), token.clone());
        let error = agent::github::Client::new(options)
            .expect_err("refused")
            .to_string();
        assert!(error.contains("is no address of GitHub"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn certificate_authorities_that_cannot_be_read_are_named() {
    let server = Server::start(vec![]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    for (text, reason) in [
        (None, "No such file"),
        (Some("not a certificate"), "it holds no certificate in PEM"),
    ] {
        if let Some(text) = text {
            std::fs::write(&path, text).expect("written");
        }
        let mut options = server.options();
        options.ca_file = Some(path.clone());
        let error = agent::github::Client::new(options).expect_err("refused");
        let error = error.to_string();
        assert!(
            error.contains("ca.pem") && error.contains(reason),
            "{error}"
        );
    }
}
