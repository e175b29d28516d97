//! Sealing with the public key that the daemon has.

use crate::desk::Desk;
use crate::github_model::GithubModel;
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use tokio::runtime::Runtime;

const KEY: &str =
    "cipub1 github.com 12 GaApAxT-O9cVbHUFN0DGSD4PK0C9svXUJf1Dr7zTF1s # octo/hello 2026-01-01\n";
const OPERATOR: &str = "operators-own-token-for-all";

/// A daemon that has a few keys, and the runtime it lives on.
fn daemon() -> (Runtime, String) {
    let runtime = Runtime::new().unwrap();
    let private = async |headers: HeaderMap| {
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if token == Some(&format!("Bearer {OPERATOR}")) {
            Ok(KEY.replace("octo/hello", "octo/private"))
        } else {
            Err(axum::http::StatusCode::NOT_FOUND)
        }
    };
    let router = Router::new()
        .route("/repos/octo/hello/key.pub", get(async || KEY))
        .route("/repos/octo/other/key.pub", get(async || KEY))
        .route("/repos/octo/page/key.pub", get(async || "<html>"))
        .route(
            "/repos/octo/long/key.pub",
            get(async || "x".repeat(1 << 20)),
        )
        .route("/repos/octo/private/key.pub", get(private));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
    let listener = listener.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    (runtime, url)
}

#[test]
fn the_key_comes_from_the_daemon_that_is_named_or_set() {
    let model = GithubModel::start();
    let (_runtime, url) = daemon();
    let mut desk = Desk::new(&model);
    let seal = ["encrypt", "-r", "octo/hello", "A=hunter3", "--server", &url];
    let said = desk.agent(&seal);
    assert!(said.out.starts_with("secure: \"sec1."), "{}", said.out);
    let set = [("AGENT_SERVER_PUBLIC_URL", url.as_str())];
    assert_eq!(
        desk.agent_with(&set, &["encrypt", "-r", "octo/hello", "A=hunter3"])
            .exit,
        0
    );
    let host = [
        "encrypt",
        "-r",
        "octo/hello",
        "--host",
        "git.example.com",
        "A=1234",
    ];
    assert_eq!(
        desk.agent_with(&set, &host).exit,
        2,
        "a key of another forge"
    );
    let private = ["encrypt", "-r", "octo/private", "A=hunter3"];
    assert_eq!(desk.agent_with(&set, &private).exit, 2);
    let both = [set[0], ("AGENT_OPERATOR_TOKEN", OPERATOR)];
    assert_eq!(desk.agent_with(&both, &private).exit, 0);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_committed_key_comes_first() {
    let model = GithubModel::start();
    let mut desk = Desk::new(&model);
    desk.write(".ci.pub", KEY);
    let set = [("AGENT_SERVER_PUBLIC_URL", "http://127.0.0.1:9")];
    let said = desk.agent_with(&set, &["encrypt", "-r", "octo/hello", "A=hunter3"]);
    assert_eq!(said.exit, 0);
    model.finish();
}

#[test]
fn what_a_daemon_answers_that_is_no_key_of_the_repository_is_refused() {
    let model = GithubModel::start();
    let (_runtime, url) = daemon();
    let mut desk = Desk::new(&model);
    for name in ["octo/other", "octo/page", "octo/long", "octo/nothing"] {
        let said = desk.agent(&["encrypt", "-r", name, "A=hunter3", "--server", &url]);
        assert_eq!((said.out.as_str(), said.exit), ("", 2), "{name}");
    }
    let nobody = [
        "encrypt",
        "-r",
        "octo/hello",
        "A=1234",
        "--server",
        "http://127.0.0.1:9",
    ];
    assert_eq!(desk.agent(&nobody).exit, 4);
    desk.agent(&[
        "encrypt",
        "-r",
        "octo/hello",
        "A=1234",
        "--server",
        "ci.example.com",
    ]);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}
