//! What the door lets in, and what it says to the rest.

use agent::github::signature::WebhookSecrets;
use agent::github::webhook::{LONGEST_BODY, Refused, Verified, WebhookGate};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, request};
use axum::{Router, routing::post};
use futures_util::{StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "a secret of the test";
const PUSH: &[u8] = br#"{"ref":"refs/heads/main","canary":"c4n4ry"}"#;

fn gate() -> WebhookGate {
    let secrets = WebhookSecrets::new(SECRET.into(), None);
    WebhookGate::new(secrets.expect("not empty"))
}

fn sign(body: &[u8]) -> String {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
    let tag = mac.chain_update(body).finalize().into_bytes();
    let digits: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// A delivery as GitHub sends it.
fn delivery(signature: &str) -> request::Builder {
    Request::post("/webhook")
        .header("content-type", "application/json")
        .header("x-github-event", "push")
        .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("x-hub-signature-256", signature)
}

async fn knock(request: Request) -> Result<Verified, Refused> {
    Verified::from_request(request, &gate()).await
}

async fn refused(request: Request) -> Refused {
    knock(request).await.expect_err("refused")
}

fn with(name: &str, value: &str, body: &'static [u8]) -> Request {
    let mut request = delivery(&sign(body))
        .body(Body::from(body))
        .expect("a request");
    let name = axum::http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
    if value.is_empty() {
        request.headers_mut().remove(name);
    } else {
        request
            .headers_mut()
            .insert(name, value.parse().expect("a value"));
    }
    request
}

#[tokio::test]
async fn a_signed_delivery_comes_through_byte_for_byte() {
    let request = with("x-github-event", "pull_request", PUSH);
    let delivery = knock(request).await.expect("let in");
    assert_eq!(delivery.guid, "72d3162e-cc78-11e3-81ab-4c9367dc0958");
    assert_eq!(delivery.event, "pull_request");
    assert_eq!(delivery.body, PUSH);
}

#[tokio::test]
async fn a_missing_wrong_or_doubled_signature_is_refused() {
    let other = sign(b"another body");
    for value in [
        "",
        &other,
        "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59",
        "sha256=",
    ] {
        assert_eq!(
            refused(with("x-hub-signature-256", value, PUSH)).await,
            Refused::Signature
        );
    }
    let mut twice = with("x-github-event", "push", PUSH);
    let signature = sign(PUSH).parse().expect("a value");
    twice.headers_mut().append("x-hub-signature-256", signature);
    assert_eq!(refused(twice).await, Refused::Signature);
}

#[tokio::test]
async fn forms_and_compressed_bodies_are_refused_with_the_fix() {
    let form = refused(with(
        "content-type",
        "application/x-www-form-urlencoded",
        PUSH,
    ))
    .await;
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        form.to_string()
            .contains("choose that content type in the webhook's settings")
    );
    let gzip = refused(with("content-encoding", "gzip", PUSH)).await;
    assert_eq!(gzip.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        gzip.to_string().contains("without Content-Encoding"),
        "{gzip}"
    );
    let charset = with("content-type", "Application/JSON; charset=utf-8", PUSH);
    assert!(knock(charset).await.is_ok());
}

#[tokio::test]
async fn broken_and_deep_json_is_refused_though_it_is_signed() {
    for body in [b"{\"ref\":".as_slice(), b"", b"payload=%7B%7D", b"\xff\xfe"] {
        let refused = refused(with("x-github-event", "push", body)).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{refused}");
    }
    let deep: &'static str = format!("{{\"a\":{}}}", "[".repeat(100_000)).leak();
    let refused = refused(with("x-github-event", "push", deep.as_bytes())).await;
    assert!(
        matches!(&refused, Refused::Json(text) if text.contains("recursion")),
        "{refused}"
    );
}

#[tokio::test]
async fn headers_that_go_into_the_store_are_short_words() {
    for name in ["x-github-event", "x-github-delivery"] {
        for value in ["", "a b", "<script>", &"x".repeat(101)] {
            let refused = refused(with(name, value, PUSH)).await;
            assert_eq!(refused, Refused::Header(name), "{value}");
        }
    }
}

/// JSON of exactly this length.
fn json_of(length: usize) -> Vec<u8> {
    let mut body = vec![b'x'; length];
    body[..2].copy_from_slice(b"[\"");
    body[length - 2..].copy_from_slice(b"\"]");
    body
}

#[tokio::test]
async fn as_long_as_github_delivers_and_not_a_byte_more() {
    let body = json_of(LONGEST_BODY);
    let request = delivery(&sign(&body)).body(Body::from(body.clone()));
    assert_eq!(
        knock(request.expect("a request"))
            .await
            .expect("let in")
            .body,
        body
    );
    let body = json_of(LONGEST_BODY + 1);
    let request = delivery(&sign(&body)).body(Body::from(body));
    assert_eq!(refused(request.expect("a request")).await, Refused::TooLong);
}

#[tokio::test]
async fn an_endless_body_is_left_at_the_limit() {
    let pulled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&pulled);
    let endless = stream::repeat_with(move || {
        counted.fetch_add(1 << 20, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from(vec![b' '; 1 << 20]))
    });
    let request = delivery(&sign(b"")).body(Body::from_stream(endless));
    assert_eq!(refused(request.expect("a request")).await, Refused::TooLong);
    assert_eq!(pulled.load(Ordering::Relaxed), LONGEST_BODY + (1 << 20));
}

#[tokio::test(start_paused = true)]
async fn many_large_bodies_at_once_cannot_fill_the_memory() {
    let gate = gate();
    let large = || {
        let chunk = Bytes::from(vec![b' '; 24 << 20]);
        let endless = stream::iter([Ok::<_, Infallible>(chunk)]).chain(stream::pending());
        delivery(&sign(b""))
            .body(Body::from_stream(endless))
            .expect("a request")
    };
    let small = || {
        delivery(&sign(PUSH))
            .body(Body::from(PUSH))
            .expect("a request")
    };
    let mut held: Vec<_> = (0..2)
        .map(|_| Box::pin(Verified::from_request(large(), &gate)))
        .collect();
    for request in &mut held {
        assert!(futures_util::poll!(request).is_pending());
    }
    let refused = Verified::from_request(large(), &gate)
        .await
        .expect_err("refused");
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        Verified::from_request(small(), &gate).await.is_ok(),
        "others are served"
    );
    held.clear();
    let mut again = Box::pin(Verified::from_request(large(), &gate));
    assert!(
        futures_util::poll!(&mut again).is_pending(),
        "what was held is free again"
    );
}

/// A listening server that counts what its handler gets to see.
async fn listening() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let handler = |State(state): State<App>, _: Verified| async move {
        state.seen.fetch_add(1, Ordering::Relaxed);
        StatusCode::ACCEPTED
    };
    let app = Router::new()
        .route("/webhook", post(handler))
        .with_state(App {
            gate: gate(),
            seen: Arc::clone(&seen),
        });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

#[derive(Clone)]
struct App {
    gate: WebhookGate,
    seen: Arc<AtomicUsize>,
}

impl axum::extract::FromRef<App> for WebhookGate {
    fn from_ref(app: &App) -> Self {
        app.gate.clone()
    }
}

fn head(signature: &str, length: usize) -> String {
    format!(
        "POST /webhook HTTP/1.1\r\nhost: agent\r\ncontent-type: application/json\r\n\
         x-github-event: push\r\nx-github-delivery: 1-2\r\nx-hub-signature-256: {signature}\r\n\
         content-length: {length}\r\n\r\n"
    )
}

/// All that the server says until it closes the connection.
async fn until_closed(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_wrong_signature_gets_401_and_nothing_of_the_body_back() {
    let (address, seen) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = [head(&sign(b"other"), PUSH.len()).as_bytes(), PUSH].concat();
    stream.write_all(&request).await.expect("sent");
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(
        !answer.contains("c4n4ry") && !answer.contains("refs/heads"),
        "{answer}"
    );
    assert_eq!(seen.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn twenty_six_megabytes_get_413_before_a_byte_of_them_is_sent() {
    let (address, seen) = listening().await;
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let head = head(&sign(b""), 26 << 20);
    stream.write_all(head.as_bytes()).await.expect("sent");
    let answer = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(seen.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn who_sends_a_byte_a_second_is_sent_away_within_thirty() {
    let (address, seen) = listening().await;
    let (mut reads, mut writes) = TcpStream::connect(address)
        .await
        .expect("connected")
        .into_split();
    let begun = tokio::time::Instant::now();
    let drip = tokio::spawn(async move {
        let _ = writes.write_all(head(&sign(b""), 1_000).as_bytes()).await;
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if writes.write_all(b" ").await.is_err() {
                return;
            }
        }
    });
    let answer = until_closed(&mut reads).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        begun.elapsed() <= Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(seen.load(Ordering::Relaxed), 0);
    drip.abort();
}
