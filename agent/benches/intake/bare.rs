//! The floor: a process that checks signatures, and does nothing else.

use crate::Result;
use crate::daemon::SECRET;
use crate::process::Process;
use agent::github::signature::{Signature, WebhookSecrets};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use std::io::BufRead;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// The variable that makes a process of this program the floor.
const PART: &str = "INTAKE_BENCH_BARE";

pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    _process: Process,
}

impl Bare {
    pub(crate) async fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env(PART, "1").stdout(Stdio::piped());
        let mut process = Process::start(&mut command)?;
        let output = process.output().ok_or("no output")?;
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            std::io::BufReader::new(output).read_line(&mut line)?;
            std::io::Result::Ok(line)
        });
        Ok(Self {
            address: line.await??.trim().parse()?,
            _process: process,
        })
    }
}

/// Serves, and never comes back, in a process that was started for it.
pub(crate) fn play_if_asked() {
    if std::env::var_os(PART).is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let end = runtime
        .map_err(Into::into)
        .and_then(|it| it.block_on(serve()));
    std::process::exit(i32::from(end.is_err()));
}

async fn serve() -> Result<()> {
    let secrets = Arc::new(WebhookSecrets::new(SECRET.to_owned().into(), None)?);
    let router = Router::new()
        .route("/webhook", post(check))
        .with_state(secrets);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn check(
    State(secrets): State<Arc<WebhookSecrets>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let signature = headers.get("x-hub-signature-256");
    let signature = signature.and_then(|value| Signature::parse(value.as_bytes()));
    match signature {
        Some(signature) if secrets.signed(signature, &body) => StatusCode::ACCEPTED,
        _ => StatusCode::UNAUTHORIZED,
    }
}
