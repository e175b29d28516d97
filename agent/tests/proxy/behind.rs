//! What GitHub, a browser and a stranger meet.

use crate::agent::{Agent, CONFIG, OPERATOR, PUSH, SECRET};
use crate::github_model::GithubModel;
use crate::post::signature;
use crate::server::{HOST, Kind, Place, Proxy};
use agent::backend::fake::{FakeBackend, Play};
use agent::protocol::Record;
use reqwest::header::{CONTENT_TYPE, COOKIE, HOST as HOST_HEADER, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use std::sync::Arc;
use std::time::Duration;

/// Longer than anything here takes, and shorter than a job.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_agent_works_behind_nginx() {
    all_works_behind(Kind::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_agent_works_behind_caddy() {
    all_works_behind(Kind::Caddy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_sends_who_asks_without_tls_to_the_host_of_its_settings() {
    let place = Place::new();
    let proxy = Proxy::start(Kind::Nginx, place, "http://127.0.0.1:9/");
    let address = proxy.place.http;
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let asked = client
        .get(format!("http://{address}/octo/hello?a=1"))
        .header(HOST_HEADER, "evil.example");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 301);
    let to = answer.headers()["location"].to_str().unwrap();
    assert_eq!(to, format!("https://{HOST}/octo/hello?a=1"));
}

/// A job that prints a line and goes on until it is stopped.
fn endless() -> Arc<FakeBackend> {
    FakeBackend::new(|_, _| {
        let line = Record::Output(b"the first line\r\n".to_vec());
        let records = [Record::hello("/bin/sh"), line].map(|one| (Duration::ZERO, one.encode()));
        Play {
            output: records.to_vec(),
            ..Play::default()
        }
    })
}

async fn all_works_behind(kind: Kind) {
    let place = Place::new();
    let public = place.url();
    let model = GithubModel::start();
    let agent = Agent::start_behind(&model, endless(), Some(public.parse().unwrap())).await;
    let proxy = Proxy::start(kind, place, &agent.url);
    let client = client(&proxy);
    let repo = model.repository("octo/hello");
    agent.add(&repo).await;

    // GitHub: a delivery through the proxy, in place of the one that the model holds back.
    model.hold_deliveries();
    let config = (CONFIG.0, "script: make\ngit: {clone: false}\n");
    let sha = repo.push("main", &[config], "Begin");
    let mut deliveries = repo.deliveries().into_iter();
    let delivery = deliveries.rfind(|one| one.event == "push").unwrap();
    let body = delivery.payload.to_string().into_bytes();
    let deliver = |body: Vec<u8>, secret: &str| {
        client
            .post(format!("{public}/webhook"))
            .header("content-type", "application/json")
            .header("x-github-event", "push")
            .header("x-github-delivery", &delivery.guid)
            .header("x-hub-signature-256", signature(secret, &body))
            .body(body)
            .send()
    };
    let answer = deliver(body.clone(), "another secret").await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(deliver(body, SECRET).await.unwrap().status(), 202);
    let status = repo.expect_status(&sha, PUSH, "pending").await;
    let page = status.target_url.unwrap_or_default();
    assert_eq!(page, format!("{public}/octo/hello/builds/1"));
    // The longest delivery that GitHub makes comes through; more does not, whoever says so.
    let longest = deliver(vec![b' '; 25 << 20], "wrong").await.unwrap();
    assert_eq!(longest.status(), 401);
    for mebibytes in [27, 31] {
        let refused = deliver(vec![b' '; mebibytes << 20], SECRET).await;
        match refused {
            Ok(refused) => assert_eq!(refused.status(), 413),
            // nginx closes the connection while one still sends.
            Err(error) => assert!(error.is_request() || error.is_body(), "{error:?}"),
        }
    }

    // A browser: pages, what guards them, and the operator's forms.
    let answer = client.get(&page).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    assert!(
        headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    assert!(answer.text().await.unwrap().contains("octo/hello"));
    follow(&client, &agent, &public).await;
    let login = client
        .post(format!("{public}/login"))
        .header(ORIGIN, &public);
    let login = login
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("token={OPERATOR}"));
    let login = login.send().await.unwrap();
    assert_eq!(login.status(), 303);
    let cookie = login.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("__Host-agent=") && cookie.contains("; Secure"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let cancel = |origin: &str| {
        let form = client
            .post(format!("{page}/cancel"))
            .header(COOKIE, &cookie);
        form.header(ORIGIN, origin).send()
    };
    for foreign in ["https://evil.example", "null", "http://localhost"] {
        assert_eq!(cancel(foreign).await.unwrap().status(), 403, "{foreign}");
    }
    assert_eq!(cancel(&public).await.unwrap().status(), 303);
    repo.expect_status(&sha, PUSH, "error").await;

    // A stranger: figures are for this machine, and a proxy on it is not to lend its address.
    for (name, value) in [
        ("host", HOST),
        ("host", "localhost"),
        ("host", "127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("connection", "x-forwarded-for"),
    ] {
        let asked = client.get(format!("{public}/metrics")).header(name, value);
        let text = asked.send().await.unwrap().text().await.unwrap();
        assert!(!text.contains("# TYPE"), "{name}: {value}: {text}");
    }
    assert!(
        figures(&agent).await.contains("# TYPE"),
        "a program of this machine"
    );
    drop(proxy);
    agent.stop().await;
    model.finish();
}

/// A log that grows reaches its viewer while the job runs, and a viewer who leaves holds nothing.
async fn follow(client: &Client, agent: &Agent, public: &str) {
    let url = format!("{public}/octo/hello/jobs/1.1/log/events");
    let seen = async {
        loop {
            // Until the job has begun its events are of an empty log, or there are none.
            let mut answer = client.get(&url).send().await.unwrap();
            let mut text = Vec::new();
            while let Ok(Some(bytes)) = answer.chunk().await {
                text.extend_from_slice(&bytes);
                if String::from_utf8_lossy(&text).contains("the first line") {
                    // Earlier ones may still be on their way out.
                    while !figures(agent).await.contains("agent_log_viewers 1") {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let seen = tokio::time::timeout(PATIENCE, seen).await;
    seen.expect("a line of a job that still runs");
    let left = async {
        while !figures(agent).await.contains("agent_log_viewers 0") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let left = tokio::time::timeout(PATIENCE, left).await;
    left.expect("the viewer's place is free again");
}

/// `/metrics`, asked for without the proxy.
async fn figures(agent: &Agent) -> String {
    agent.page("metrics").await.1
}

/// A client that trusts the proxy's certificate and finds its host.
fn client(proxy: &Proxy) -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(proxy.place.file("cert.pem")).unwrap();
    Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .resolve(HOST, proxy.place.https)
        .redirect(Policy::none())
        .build()
        .unwrap()
}
