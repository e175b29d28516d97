//! One line a request for the agent's log, and a panic's answer. No query, header or body is in
//! either: tokens may stand there.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::time::Instant;
use ulid::Ulid;

/// Logs a request when its answer begins.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    // Whoever watches the agent asks every few seconds.
    tracing::debug!(
        %method,
        path = path.as_str(),
        status = response.status().as_u16(),
        milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// The answer to a request whose handler panicked: a name to look for in the agent's log.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&str>() {
            Ok(text) => (*text).to_owned(),
            Err(_) => "no text".to_owned(),
        },
    };
    broken("a handler panicked", &text)
}

/// Logs what broke under a new name, and answers with that name and nothing else.
pub(super) fn broken(what: &str, why: &str) -> Response {
    let id = Ulid::generate();
    tracing::error!(%id, why, "{what}");
    let text = format!("Something broke in the agent. Its log says more under {id}.\n");
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
