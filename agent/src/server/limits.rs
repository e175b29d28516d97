//! How much is done at once, so that a crowd gets a short answer instead of a slow one.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Requests in work at once; streams do not count once they have begun.
pub(super) const AT_ONCE: usize = 256;
/// An answer that has not begun by then is given up.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a form.
pub(super) const FORM: usize = 16 << 10;

/// Does a request, or refuses it where too many are in work.
pub(super) async fn at_once(
    State(places): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => busy(),
    }
}

/// "Come back in a moment."
pub(super) fn busy() -> Response {
    let text = "Too much at once; try again in a moment.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    #[tokio::test(start_paused = true)]
    async fn those_beyond_the_limit_are_refused_and_places_are_given_back() {
        let slow = async || {
            tokio::time::sleep(Duration::from_secs(1)).await;
            "late"
        };
        let places = Arc::new(Semaphore::new(2));
        let limited = middleware::from_fn_with_state(places, at_once);
        let app = Router::new().route("/", get(slow)).layer(limited);
        let ask = async || {
            let request = Request::new(Body::empty());
            let answer = app.clone().oneshot(request).await;
            answer.map(|answer| answer.status())
        };
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(
            [a, b, c],
            [Ok(StatusCode::OK), Ok(StatusCode::OK), Ok(unavailable)]
        );
        assert_eq!(ask().await, Ok(StatusCode::OK));
    }
}
