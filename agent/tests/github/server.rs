//! A server that says what it is told to, in order, and remembers what it was asked.

use agent::github::{Budget, Client, Options, Slug, TokenSource};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use futures_util::stream;
use serde_json::Value;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// One answer.
pub(crate) enum Reply {
    /// Status, headers and body.
    Says(u16, Vec<(&'static str, String)>, String),
    /// Nothing, ever.
    Hangs,
    /// A part of the answer, and the connection is cut.
    Breaks,
    /// Spaces without end.
    Endless,
}

/// What came in.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

impl Asked {
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.uri)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// The server, and the token that its clients read.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    token: Arc<Mutex<String>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) const TOKEN: &str = "ghp_c4n4ryT0ken";

pub(crate) fn json(status: u16, value: &Value) -> Reply {
    says(status, &[], &value.to_string())
}

pub(crate) fn says(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let mut all = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    for (name, value) in headers {
        all.retain(|(known, _)| known != name);
        all.push((name, (*value).to_owned()));
    }
    Reply::Says(status, all, body.to_owned())
}

pub(crate) fn slug() -> Slug {
    "o/r".parse().expect("a name")
}

impl Server {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (queue, log) = (Arc::clone(&replies), Arc::clone(&asked));
        let app = Router::new().fallback(move |request: Request| {
            let (queue, log) = (Arc::clone(&queue), Arc::clone(&log));
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.expect("a body");
                log.lock().expect("a lock").push(Asked {
                    method: head.method,
                    uri: head.uri,
                    headers: head.headers,
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                    at: Instant::now(),
                });
                let reply = queue.lock().expect("a lock").pop_front();
                answer(reply.expect("a call that was not expected")).await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            token: Arc::new(Mutex::new(TOKEN.to_owned())),
            replies,
            asked,
        }
    }

    pub(crate) fn put_token(&self, token: &str) {
        *self.token.lock().expect("a lock") = token.to_owned();
    }

    pub(crate) fn options(&self) -> Options {
        let url =
            |path: &str| Url::parse(&format!("http://{}{path}", self.address)).expect("a URL");
        let token = Arc::clone(&self.token);
        let token = TokenSource::new("the test", move || {
            let token = token.lock().expect("a lock").clone();
            if token.is_empty() {
                return Err("it is gone".to_owned());
            }
            Ok(token.into())
        });
        let mut options = Options::new(url("/api/v3"), url("/"), token);
        options.timeout = Duration::from_secs(2);
        options.patience = Duration::ZERO;
        options
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.options()).expect("a client")
    }

    pub(crate) fn patient(&self, patience: Duration, budget: Budget) -> Client {
        let mut options = self.options();
        options.patience = patience;
        options.budget = budget;
        Client::new(options).expect("a client")
    }

    /// What came in since the last look. Every answer must have been fetched.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        assert!(
            self.replies.lock().expect("a lock").is_empty(),
            "an answer is left over"
        );
        std::mem::take(&mut *self.asked.lock().expect("a lock"))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

async fn answer(reply: Reply) -> Response {
    let body = |body| Response::new(body);
    match reply {
        Reply::Says(status, headers, text) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Body::from(text)).expect("an answer")
        }
        Reply::Hangs => std::future::pending().await,
        Reply::Breaks => body(Body::from_stream(stream::iter([
            Ok("{\"id\":".to_owned()),
            Err(std::io::Error::other("cut")),
        ]))),
        Reply::Endless => body(Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(" ".repeat(1 << 16))
        }))),
    }
}
