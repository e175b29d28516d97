//! A receiver of webhooks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// What one delivery brought.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Takes what comes, and answers as it was told.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: Arc<Mutex<Vec<Received>>>,
    answer: Arc<Mutex<Option<u16>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/webhook", listener.local_addr().unwrap()),
            inbox: Arc::default(),
            answer: Arc::new(Mutex::new(Some(202))),
        };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// Answers so from now on; with none it never does.
    pub(crate) fn answer(&self, status: Option<u16>) {
        *self.answer.lock().unwrap() = status;
    }

    pub(crate) fn inbox(&self) -> Vec<Received> {
        self.inbox.lock().unwrap().clone()
    }

    /// `event` and `ref`, `number` or `action` of all that came.
    pub(crate) fn events(&self) -> Vec<String> {
        self.inbox().iter().map(Received::summary).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver
        .inbox
        .lock()
        .unwrap()
        .push(Received { headers, body });
    let answer = *receiver.answer.lock().unwrap();
    match answer {
        Some(code) => StatusCode::from_u16(code).unwrap(),
        None => std::future::pending().await,
    }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn summary(&self) -> String {
        let payload = self.json();
        let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {}{}",
            self.header("x-github-event"),
            text("action"),
            text("ref")
        )
    }
}
