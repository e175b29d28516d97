//! Fetches a job from the daemon that ran it.

use super::{Page, Repeat, VERSION};
use crate::settings::is_loopback;
use reqwest::{Client, Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// Longer than any job with its configs.
const LONGEST: usize = 64 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a job is not to be had.
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
    /// There is none, or the asker must not see it.
    #[error("{0} is not there: there is no such build, or its repository is private")]
    NoBuild(Url),
    /// The build has no such job.
    #[error("{build} has no job {job}")]
    NoJob {
        /// The build's page.
        build: Url,
        /// The number that was asked for.
        job: u32,
    },
    /// It shows the job, and can't tell it.
    #[error("the daemon at {0} is too old: it does not tell jobs to be repeated")]
    TooOld(Url),
    /// It tells what this program does not know.
    #[error("the daemon at {0} is newer than this agent")]
    TooNew(Url),
    /// Something else answers there.
    #[error("{url} answers {status}")]
    Status {
        /// What was asked for.
        url: Url,
        /// What came back.
        status: StatusCode,
    },
    /// An answer, but no job.
    #[error("{url} is no job to repeat: {reason}")]
    NoJson {
        /// What was asked for.
        url: Url,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Fetches a job of a build by its number. The token is needed for private repositories; it is sent
/// over TLS and on this machine only.
///
/// # Errors
/// See [`FetchError`].
pub async fn fetch(
    page: &Page,
    job: u32,
    token: Option<&SecretString>,
) -> Result<Repeat, FetchError> {
    // Whoever was first has chosen the same one: there is no other in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let number = format!("{}.{job}", page.build);
    let url = address(page, &format!("jobs/{number}/repeat.json"));
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| no_answer(&url, error))?;
    let mut answer = get(&client, &url, token).await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Err(missing(&client, page, job, token).await?),
        status => return Err(FetchError::Status { url, status }),
    }
    let mut text = Vec::new();
    let no_json = |reason: String| FetchError::NoJson {
        url: url.clone(),
        reason,
    };
    while let Some(part) = answer
        .chunk()
        .await
        .map_err(|error| no_answer(&url, error))?
    {
        text.extend_from_slice(&part);
        if text.len() > LONGEST {
            return Err(no_json("it is too long".to_owned()));
        }
    }
    let versioned: Result<Versioned, _> = serde_json::from_slice(&text);
    let Versioned { version } = versioned.map_err(|error| no_json(error.to_string()))?;
    if version != VERSION {
        return Err(FetchError::TooNew(page.server.clone()));
    }
    serde_json::from_slice(&text).map_err(|error| no_json(error.to_string()))
}

/// What of it is not there.
async fn missing(
    client: &Client,
    page: &Page,
    job: u32,
    token: Option<&SecretString>,
) -> Result<FetchError, FetchError> {
    let shown = address(page, &format!("jobs/{}.{job}", page.build));
    if get(client, &shown, token).await?.status() == StatusCode::OK {
        return Ok(FetchError::TooOld(page.server.clone()));
    }
    let build = address(page, &format!("builds/{}", page.build));
    match get(client, &build, token).await?.status() {
        StatusCode::OK => Ok(FetchError::NoJob { build, job }),
        _ => Ok(FetchError::NoBuild(build)),
    }
}

fn address(page: &Page, rest: &str) -> Url {
    let mut url = page.server.clone();
    url.set_path(&format!("{}{}/{rest}", page.server.path(), page.slug));
    url
}

async fn get(
    client: &Client,
    url: &Url,
    token: Option<&SecretString>,
) -> Result<Response, FetchError> {
    let mut ask = client.get(url.clone());
    if let Some(token) = token.filter(|_| url.scheme() == "https" || is_loopback(url)) {
        ask = ask.bearer_auth(token.expose_secret());
    }
    ask.send().await.map_err(|error| no_answer(url, error))
}

fn no_answer(url: &Url, error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    // The last of its causes says most.
    let mut last: &dyn std::error::Error = &error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    FetchError::NoAnswer {
        url: url.clone(),
        reason: last.to_string(),
    }
}
