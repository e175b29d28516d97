//! How calls reach GitHub: over the network, or by another way that was given.

use async_trait::async_trait;
use axum::http;
use reqwest::{Request, Response};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Another way to GitHub than the network, for simulations: it is handed whole requests and gives
/// whole answers.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Brings a request there and the answer back.
    ///
    /// # Errors
    /// In words: there is no answer. The request may have had its effect all the same.
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, String>;
}

/// The way that a client takes.
pub(super) enum Way {
    Network(reqwest::Client),
    Other(Arc<dyn Transport>, Duration),
}

/// Why a call got no answer.
pub(super) enum Silence {
    /// The network.
    Network(reqwest::Error),
    /// Another way, in words.
    Other(String),
}

impl Way {
    pub(super) async fn send(&self, request: Request) -> Result<Response, Silence> {
        match self {
            Self::Network(http) => http.execute(request).await.map_err(Silence::Network),
            Self::Other(transport, limit) => {
                let answer = transport.send(plain(&request));
                let answer = tokio::time::timeout(*limit, answer).await;
                let late = |_| Silence::Other("nothing came in time".to_owned());
                let answer = answer.map_err(late)?.map_err(Silence::Other)?;
                Ok(Response::from(answer))
            }
        }
    }
}

/// The request with its body as bytes; ours are never streams.
fn plain(request: &Request) -> http::Request<Vec<u8>> {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let mut plain = http::Request::new(body.unwrap_or_default().to_vec());
    *plain.method_mut() = request.method().clone();
    *plain.headers_mut() = request.headers().clone();
    // What is a URL is a URI.
    *plain.uri_mut() = request.url().as_str().parse().unwrap_or_default();
    plain
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network(_) => "Network",
            Self::Other(..) => "Other",
        })
    }
}
