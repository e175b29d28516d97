//! Sends deliveries: signed, with GitHub's headers, within its time. Each hook's deliveries go one
//! after the other, in the order in which they came to be.

use super::Shared;
use super::hooks::{Delivery, Hook, Response};
use super::state::now;
use ring::hmac;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Sends what comes until the model is gone.
pub(crate) async fn run(shared: Arc<Shared>, mut queue: UnboundedReceiver<u64>) {
    let client = client();
    let mut hooks: HashMap<u64, UnboundedSender<u64>> = HashMap::new();
    while let Some(id) = queue.recv().await {
        let Some(hook) = shared.with(|world| {
            world
                .deliveries
                .iter()
                .find(|it| it.id == id)
                .map(|it| it.hook)
        }) else {
            continue;
        };
        let lane = hooks.entry(hook).or_insert_with(|| {
            let (lane, queue) = unbounded_channel();
            tokio::spawn(follow(Arc::clone(&shared), client.clone(), queue));
            lane
        });
        let _ = lane.send(id);
    }
}

async fn follow(shared: Arc<Shared>, client: reqwest::Client, mut queue: UnboundedReceiver<u64>) {
    while let Some(id) = queue.recv().await {
        let job = shared.with(|world| {
            let delivery = world.deliveries.iter().find(|it| it.id == id)?.clone();
            let hook = world.hooks.get(&delivery.hook)?.clone();
            Some((delivery, hook, world.delivery_timeout))
        });
        let Some((delivery, hook, timeout)) = job else {
            continue;
        };
        let (headers, body) = letter(&delivery, &hook);
        let begin = Instant::now();
        let response = post(&client, &hook.url, &headers, body, timeout).await;
        shared.change(|world| {
            if let Some(delivery) = world.deliveries.iter_mut().find(|it| it.id == id) {
                delivery.request_headers = headers;
                delivery.response = Some(response);
                delivery.duration = begin.elapsed();
                delivery.delivered_at = now();
            }
        });
    }
}

fn client() -> reqwest::Client {
    // Another part of the process may have chosen already; either choice will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap_or_else(|error| panic!("a client for deliveries: {error}"))
}

/// Headers and body, as GitHub sends them.
fn letter(delivery: &Delivery, hook: &Hook) -> (Vec<(String, String)>, Vec<u8>) {
    let json = delivery.payload.to_string();
    let (kind, body) = if hook.content_type == "form" {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        (
            "application/x-www-form-urlencoded",
            form.append_pair("payload", &json).finish(),
        )
    } else {
        ("application/json", json)
    };
    let body = body.into_bytes();
    let mut headers = vec![
        ("User-Agent", "GitHub-Hookshot/7f3a1c9".to_owned()),
        ("Accept", "*/*".to_owned()),
        ("Content-Type", kind.to_owned()),
        ("X-GitHub-Delivery", delivery.guid.clone()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", hook.id.to_string()),
        (
            "X-GitHub-Hook-Installation-Target-ID",
            hook.repository.to_string(),
        ),
        (
            "X-GitHub-Hook-Installation-Target-Type",
            "repository".to_owned(),
        ),
    ];
    if let Some(secret) = &hook.secret {
        headers.push((
            "X-Hub-Signature",
            format!(
                "sha1={}",
                sign(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, &body)
            ),
        ));
        headers.push((
            "X-Hub-Signature-256",
            format!("sha256={}", sign(hmac::HMAC_SHA256, secret, &body)),
        ));
    }
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    (headers.collect(), body)
}

fn sign(algorithm: hmac::Algorithm, secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), body);
    tag.as_ref().iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

async fn post(
    client: &reqwest::Client,
    url: &str,
    headers: &[(String, String)],
    body: Vec<u8>,
    timeout: Duration,
) -> Response {
    let mut request = client.post(url).timeout(timeout).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return Response::none(504, "timed out"),
        Err(_) => return Response::none(502, "failed to connect to host"),
    };
    let code = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let body = match answer.bytes().await {
        Ok(body) => String::from_utf8_lossy(&body).into_owned(),
        Err(_) => return Response::none(504, "timed out"),
    };
    let status = match code {
        200..300 => "OK".to_owned(),
        code => format!("Invalid HTTP Response: {code}"),
    };
    Response {
        code,
        status,
        headers,
        body,
    }
}
