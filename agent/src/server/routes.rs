//! Which path is answered by whom, and what every request goes through.

use super::app::App;
use super::{access, assets, error, headers, health, limits, log, metrics, pages, repeat};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

/// Everything that the agent answers. `webhook` brings the routes by which events come in, with
/// limits of their own; they get the same headers, access log and time-out.
pub fn router(app: Arc<App>, webhook: Router) -> Router {
    let places = Arc::new(Semaphore::new(limits::AT_ONCE));
    pages()
        .layer(middleware::from_fn_with_state(places, limits::at_once))
        // Whoever watches the daemon must be answered in a crowd, too.
        .merge(probes())
        .layer(DefaultBodyLimit::max(limits::FORM))
        .fallback(error::fallback)
        .with_state(app)
        .merge(webhook)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            limits::TIMEOUT,
        ))
        .layer(CatchPanicLayer::custom(access::panicked))
        .layer(middleware::from_fn(access::log))
        .layer(middleware::map_response(headers::secure))
}

fn probes() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
}

fn pages() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::builds::all))
        .route("/metrics", get(metrics::show))
        .route("/-/style.css", get(assets::style))
        .route("/-/script.js", get(assets::script))
        .route(
            "/login",
            get(pages::login::form).post(pages::login::sign_in),
        )
        .route("/logout", post(pages::login::sign_out))
        .route("/deliveries", get(pages::deliveries::all))
        .route("/repos/{owner}/{name}/key.pub", get(pages::key::show))
        .route("/{owner}/{name}", get(pages::builds::of_repository))
        .route(
            "/{owner}/{name}/deliveries",
            get(pages::deliveries::of_repository),
        )
        .nest("/{owner}/{name}/builds/{number}", build())
        .nest("/{owner}/{name}/jobs/{number}", job())
}

fn build() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::build::show))
        .route("/restart", post(pages::actions::restart_build))
        .route("/cancel", post(pages::actions::cancel_build))
        .route("/approve", post(pages::actions::approve))
}

fn job() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::job::show))
        .route("/repeat.json", get(repeat::show))
        .route("/log", get(log::raw))
        .route("/log/events", get(log::events))
        .route("/restart", post(pages::actions::restart_job))
        .route("/cancel", post(pages::actions::cancel_job))
}
