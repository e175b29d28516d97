//! `GET /metrics`, for the operator and for programs of the same machine.

use super::app::App;
use super::auth::Viewer;
use super::error::Error;
use axum::extract::State;
use axum::extract::connect_info::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, FORWARDED, HOST, HeaderName, VIA};
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All figures as text.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Error> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    if !viewer.operator && !peer.is_some_and(|peer| is_local(peer.0, &headers)) {
        return Err(Error::NotFound);
    }
    let figures = app.metrics.text();
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], figures).into_response())
}

/// Whether a program of this machine asks for itself, and not for somebody behind it: a proxy on
/// the same machine is a local peer too, and so is a page whose host name was bent to loopback.
fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let passed_on = [
        FORWARDED,
        VIA,
        HeaderName::from_static("x-forwarded-for"),
        HeaderName::from_static("x-forwarded-host"),
        HeaderName::from_static("x-real-ip"),
    ];
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let name = host.map(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    });
    peer.ip().to_canonical().is_loopback()
        && matches!(name, Some("localhost" | "127.0.0.1" | "[::1]"))
        && !passed_on.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn local(peer: &str, headers: &[(&'static str, &str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect();
        is_local(peer.parse().unwrap(), &headers)
    }

    #[test]
    fn only_a_program_of_this_machine_is_local() {
        assert!(local("127.0.0.1:5", &[("host", "127.0.0.1:8080")]));
        assert!(local("[::1]:5", &[("host", "[::1]:8080")]));
        assert!(local("[::ffff:127.0.0.1]:5", &[("host", "localhost")]));
        for (peer, headers) in [
            ("192.0.2.1:5", vec![("host", "127.0.0.1")]),
            ("127.0.0.1:5", vec![]),
            ("127.0.0.1:5", vec![("host", "ci.example.org")]),
            (
                "127.0.0.1:5",
                vec![("host", "localhost"), ("x-forwarded-for", "192.0.2.1")],
            ),
            (
                "127.0.0.1:5",
                vec![("host", "localhost"), ("forwarded", "for=192.0.2.1")],
            ),
        ] {
            assert!(!local(peer, &headers), "{peer} {headers:?}");
        }
    }
}
