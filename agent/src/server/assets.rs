//! The one stylesheet and the one script. GitHub has no owner called `-`, so nothing hides them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

const FOR_A_WHILE: &str = "public, max-age=600";

pub(super) async fn style() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, FOR_A_WHILE),
    ];
    (headers, include_str!("../../templates/style.css"))
}

pub(super) async fn script() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, FOR_A_WHILE),
    ];
    (headers, include_str!("../../templates/script.js"))
}
