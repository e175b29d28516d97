//! Sends a call: the budget, the token, redirects, and the bytes of the answer within a limit.

use super::answer::{Answer, Verdict};
use super::way::Silence;
use super::{Ask, Client, GithubError};
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Request, Response, StatusCode};
use secrecy::ExposeSecret;
use std::error::Error;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use tokio::time::Instant;
use url::Url;
use zeroize::Zeroizing;

/// The version of the API whose shapes we read.
const API_VERSION: &str = "2022-11-28";
/// The header that names it.
const API: &str = "x-github-api-version";
/// A renamed repository takes one redirect.
const REDIRECTS: usize = 5;
/// So much of an error's text is read.
const ERROR_TEXT: usize = 64 << 10;

impl Client {
    /// Makes a call. A refused token is read anew, and the call made once more (R24).
    pub(in crate::github) async fn call(&self, ask: &Ask) -> Result<Answer, GithubError> {
        let _at_once = self.shared.at_once.acquire().await;
        match self.follow(ask).await {
            Err(GithubError::Unauthorized { .. }) => {
                if let Err(error) = self.renew_token() {
                    let ask = ask.name();
                    return Err(GithubError::Token { ask, error });
                }
                self.follow(ask).await
            }
            other => other,
        }
    }

    /// Makes a call, and follows redirects on the same host with the same method and body (R25).
    async fn follow(&self, ask: &Ask) -> Result<Answer, GithubError> {
        let mut url = ask.url(&self.shared.api);
        for _ in 0..=REDIRECTS {
            self.admit(ask).await?;
            let response = self.send(ask, &url).await?;
            if !is_redirect(response.status()) {
                return self.finish(ask, response).await;
            }
            url = next(&url, &response).map_err(|to| GithubError::Moved {
                ask: ask.name(),
                to,
            })?;
        }
        let to = "one redirect after the other".to_owned();
        let ask = ask.name();
        Err(GithubError::Moved { ask, to })
    }

    /// Waits for the budget and the end of a pause, where that takes no longer than the patience.
    async fn admit(&self, ask: &Ask) -> Result<(), GithubError> {
        let deadline = Instant::now() + self.shared.patience;
        loop {
            let now = Instant::now();
            let spent = self.spent().spend(now, ask.reads(), ask.creates());
            let Err(ready) = spent else {
                return Ok(());
            };
            if ready > deadline {
                return Err(self.limited(ask, ready));
            }
            tokio::time::sleep_until(ready).await;
        }
    }

    async fn send(&self, ask: &Ask, url: &Url) -> Result<Response, GithubError> {
        let mut request = Request::new(ask.method.clone(), url.clone());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(ask.accept));
        headers.insert(API, HeaderValue::from_static(API_VERSION));
        headers.insert(AUTHORIZATION, self.authorization());
        if let Some(body) = &ask.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        self.shared
            .way
            .send(request)
            .await
            .map_err(|why| match why {
                Silence::Network(error) => broken(ask, error),
                Silence::Other(said) => GithubError::Temporary {
                    ask: ask.name(),
                    said,
                },
            })
    }

    fn authorization(&self) -> HeaderValue {
        let token = self.token();
        let text = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
        // A token is one word of visible characters, which every header takes.
        let mut value =
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// Reads the answer, notes what it says about limits, and tells success from failure.
    async fn finish(&self, ask: &Ask, mut response: Response) -> Result<Answer, GithubError> {
        let status = response.status();
        let headers = response.headers().clone();
        let limit = if status.is_success() {
            ask.limit
        } else {
            ERROR_TEXT
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(ask, error))? {
            let room = limit - body.len();
            if chunk.len() > room && status.is_success() {
                let ask = ask.name();
                return Err(GithubError::TooLong { ask, limit });
            }
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == limit && !status.is_success() {
                break;
            }
        }
        let answer = Answer::new(ask.name(), status, headers, body);
        if let Some(left) = answer.requests_left() {
            self.shared.left.store(left, Ordering::Relaxed);
        }
        match answer.verdict(self.shared.clock.now()) {
            Verdict::Good { rest } => {
                let mut spent = self.spent();
                spent.all_is_well();
                if let Some(rest) = rest {
                    spent.pause_for(Instant::now(), rest);
                }
                Ok(answer)
            }
            Verdict::Limited { time } => {
                let now = Instant::now();
                let mut spent = self.spent();
                let until = match time {
                    Some(time) => spent.pause_for(now, time),
                    None => spent.strike(now),
                };
                Err(self.limited(ask, until))
            }
            Verdict::Bad => {
                let said = self.shared.token.redact(&answer.said());
                Err(answer.error(said, self.shared.token.place()))
            }
        }
    }

    fn limited(&self, ask: &Ask, ready: Instant) -> GithubError {
        let wait = ready.saturating_duration_since(Instant::now());
        let until = self.shared.clock.now().saturating_add(wait);
        GithubError::RateLimited {
            ask: ask.name(),
            until: until.unwrap_or(Timestamp::MAX),
        }
    }

    fn spent(&self) -> MutexGuard<'_, super::Spent> {
        // Each change of it is whole, so a panic elsewhere leaves nothing half done.
        self.shared
            .spent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// No answer, or a part of one.
fn broken(ask: &Ask, error: reqwest::Error) -> GithubError {
    let said = if error.is_timeout() {
        "nothing came in time".to_owned()
    } else {
        causes(&error.without_url())
    };
    let ask = ask.name();
    GithubError::Temporary { ask, said }
}

/// An error with the causes below it, which say what really happened.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 307 | 308)
}

/// Where a redirect leads, if it is on the same host; else what is wrong with it.
fn next(from: &Url, response: &Response) -> Result<Url, String> {
    let location = response.headers().get(LOCATION);
    let to = location
        .and_then(|to| to.to_str().ok())
        .and_then(|to| from.join(to).ok())
        .ok_or("nowhere")?;
    if to.origin() == from.origin() && to.username().is_empty() && to.password().is_none() {
        return Ok(to);
    }
    Err(to.host_str().unwrap_or("nowhere").to_owned())
}
