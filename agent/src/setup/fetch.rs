//! Fetches a repository's public key from a daemon.

use crate::github::Slug;
use crate::secrets::{PublicKey, PublicKeyError};
use crate::settings::is_loopback;
use reqwest::{StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// Longer than any key line.
const LONGEST: usize = 4096;
const TIMEOUT: Duration = Duration::from_secs(15);

/// Why there is no key from a daemon.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or half of one.
    #[error("{url} gives no answer: {reason}")]
    NoAnswer {
        /// What was asked for.
        url: Url,
        /// What happened.
        reason: String,
    },
    /// There is no such repository, it has no key, or the asker must not see it.
    #[error("{0} is not there: the repository was not added there, or is private")]
    NotThere(Url),
    /// Something else answers there.
    #[error("{url} answers {status}")]
    Status {
        /// What was asked for.
        url: Url,
        /// What came back.
        status: StatusCode,
    },
    /// An answer, but no key.
    #[error("{url} is not a public key: {error}")]
    NoKey {
        /// What was asked for.
        url: Url,
        /// What is wrong with it.
        error: PublicKeyError,
    },
    /// An answer that no key is as long as.
    #[error("{0} is too long for a public key")]
    TooLong(Url),
}

/// Fetches the key of a repository from the daemon at `server`, with the address it was found at.
/// The operator's token is needed for private ones; it is sent over TLS and on this machine only.
///
/// # Errors
/// See [`FetchError`].
pub async fn public_key(
    server: &Url,
    slug: &Slug,
    token: Option<&SecretString>,
) -> Result<(PublicKey, Url), FetchError> {
    let mut url = server.clone();
    url.set_path(&format!("{}repos/{slug}/key.pub", server.path()));
    let no_answer = |error: reqwest::Error| FetchError::NoAnswer {
        url: url.clone(),
        reason: causes(&error.without_url()),
    };
    // Whoever was first has chosen the same one: there is no other in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(no_answer)?;
    let mut ask = client.get(url.clone());
    if let Some(token) = token.filter(|_| url.scheme() == "https" || is_loopback(&url)) {
        ask = ask.bearer_auth(token.expose_secret());
    }
    let mut answer = ask.send().await.map_err(no_answer)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Err(FetchError::NotThere(url)),
        status => return Err(FetchError::Status { url, status }),
    }
    let mut text = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(no_answer)? {
        text.extend_from_slice(&part);
        if text.len() > LONGEST {
            return Err(FetchError::TooLong(url));
        }
    }
    match String::from_utf8_lossy(&text).parse() {
        Ok(key) => Ok((key, url)),
        Err(error) => Err(FetchError::NoKey { url, error }),
    }
}

/// The last of an error's causes, which says most.
fn causes(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
