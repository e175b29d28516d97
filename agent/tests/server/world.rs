//! A server over rows in memory, and those who ask it.

use super::memory::{Asked, Memory, Nowhere, Parts};
use super::rows;
use agent::log::{Live, LogId, MaskedBuf, Masker, Segments};
use agent::metrics::Metrics;
use agent::server::{App, Options, Reader, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "operators-token";
pub(crate) const URL: &str = "https://ci.example.org";

pub(crate) struct World {
    pub(crate) memory: Arc<Memory>,
    pub(crate) asked: Arc<Asked>,
    pub(crate) parts: Arc<Parts>,
    pub(crate) live: Live,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) stopping: CancellationToken,
    pub(crate) router: Router,
    pub(crate) data: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at(URL, Router::new())
    }

    /// A server with a public address, and routes where webhooks come in.
    pub(crate) fn at(url: &str, webhook: Router) -> Self {
        Self::reading(url, webhook, None)
    }

    /// The same over rows from elsewhere.
    pub(crate) fn reading(url: &str, webhook: Router, reader: Option<Arc<dyn Reader>>) -> Self {
        let data = TempDir::new().unwrap();
        let memory = Arc::new(Memory(rows::rows().into()));
        let asked = Arc::new(Asked::default());
        let parts = Arc::new(Parts::default());
        let metrics = Arc::new(Metrics::new());
        let live = Live::new();
        let stopping = CancellationToken::new();
        let app = App::new(Options {
            reader: reader.unwrap_or_else(|| memory.clone()),
            actions: asked.clone(),
            probes: parts.clone(),
            forge: Arc::new(Nowhere),
            live: live.clone(),
            metrics: metrics.clone(),
            data: data.path().to_owned(),
            keys: data.path().join("keys"),
            host: "github.com".to_owned(),
            public_url: url.parse().unwrap(),
            logs_kept: std::time::Duration::from_secs(90 * 24 * 3600),
            token: Some(TOKEN.to_owned().into()),
            stopping: stopping.clone(),
            clock: agent::clock::Clock::new(rows::now),
        });
        Self {
            router: router(app, webhook),
            memory,
            asked,
            parts,
            live,
            metrics,
            stopping,
            data,
        }
    }

    pub(crate) fn anybody(&self) -> Asker<'_> {
        Asker {
            world: self,
            headers: Vec::new(),
        }
    }

    /// The operator with the token in a header, as scripts have it.
    pub(crate) fn operator(&self) -> Asker<'_> {
        self.anybody()
            .with(AUTHORIZATION, &format!("Bearer {TOKEN}"))
    }

    /// The operator in a browser, signed in by the form.
    pub(crate) async fn signed_in(&self) -> Asker<'_> {
        let form = format!("token={TOKEN}");
        let answer = self.anybody().of(URL).post("/login", &form).await;
        let cookie = answer.header("set-cookie");
        let pair = cookie.split(';').next().unwrap_or_default();
        self.anybody().with(COOKIE, pair)
    }

    pub(crate) fn log_folder(&self, job: u64, attempt: u32) -> PathBuf {
        LogId { job, attempt }.folder(self.data.path())
    }

    /// Writes at the end of a job's log and gives its new end.
    pub(crate) fn write_log(&self, job: u64, attempt: u32, text: &str) -> u64 {
        let mut bytes = MaskedBuf::new();
        Masker::none().stream().push(text.as_bytes(), &mut bytes);
        let mut log = Segments::open(&self.log_folder(job, attempt), 1 << 20).unwrap();
        log.append(bytes.as_masked()).unwrap();
        log.end()
    }

    /// What the actions were asked for.
    pub(crate) fn done(&self) -> Vec<String> {
        self.asked.done.lock().unwrap().clone()
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Asker<'w> {
    world: &'w World,
    headers: Vec<(HeaderName, String)>,
}

impl Asker<'_> {
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// As a form of a page of this origin.
    pub(crate) fn of(self, origin: &str) -> Self {
        self.with(axum::http::header::ORIGIN, origin)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, path, Body::from(form.to_owned()))
            .await
    }

    /// The answer with its body still to be read.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(&method).uri(path);
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(body).unwrap();
        self.world.router.clone().oneshot(request).await.unwrap()
    }

    async fn ask(&self, method: Method, path: &str, body: Body) -> Answer {
        let response = self.open(method, path, body).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    }

    /// What lies within `main`, without the lines that are empty.
    pub(crate) fn main(&self) -> String {
        let (_, main) = self.body.split_once("<main>\n").unwrap();
        let (main, _) = main.split_once("</main>").unwrap();
        let lines = main.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| format!("{line}\n")).collect()
    }
}
