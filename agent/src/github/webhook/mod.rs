//! The door for GitHub's deliveries: a handler that takes a [`Verified`] sees only signed ones, of
//! bounded size, received in bounded time (security T19, T22).
//!
//! ```no_run
//! # use agent::github::webhook::{Verified, WebhookGate};
//! # use axum::{Router, routing::post, http::StatusCode};
//! async fn receive(delivery: Verified) -> StatusCode {
//!     tracing::info!(guid = %delivery.guid, event = %delivery.event, "delivery");
//!     StatusCode::ACCEPTED
//! }
//! # fn app(gate: WebhookGate) -> Router {
//! Router::new().route("/webhook", post(receive)).with_state(gate)
//! # }
//! ```

mod body;
mod refused;
mod room;
mod stranger;

pub use refused::Refused;
pub use stranger::{Alarm, Sender};

use super::signature::{Signature, WebhookSecrets};
use crate::store::RepositoryId;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use room::{Held, Room};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// GitHub delivers nothing that is longer (security T22).
pub const LONGEST_BODY: usize = 25 << 20;

/// How long a sender may take for the body. GitHub itself gives up after ten seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// What deliveries are checked with; the state of a router, or a part of it.
#[derive(Clone, Debug)]
pub struct WebhookGate {
    secrets: Arc<RwLock<Arc<WebhookSecrets>>>,
    room: Room,
    patience: Duration,
}

/// A delivery that GitHub signed, and whose body is JSON of bounded depth.
#[derive(Debug)]
pub struct Verified {
    /// `X-GitHub-Delivery`: the same for every redelivery. It is not signed (security T20).
    pub guid: String,
    /// `X-GitHub-Event`, e.g. `push`. It is not signed either.
    pub event: String,
    /// The repository that the body names, whatever its kind.
    pub repository: Option<RepositoryId>,
    /// The body, byte for byte.
    pub body: Bytes,
    /// Gives the body's place back once the delivery is dropped.
    _held: Held,
}

impl WebhookGate {
    /// A gate for these secrets. Clones share the bound on memory.
    #[must_use]
    pub fn new(secrets: WebhookSecrets) -> Self {
        Self {
            secrets: Arc::new(RwLock::new(Arc::new(secrets))),
            room: Room::default(),
            patience: PATIENCE,
        }
    }

    /// Other secrets from now on, for all clones.
    pub fn replace(&self, secrets: WebhookSecrets) {
        // What is inside is replaced whole, so a panic elsewhere can't have left half of it.
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(secrets);
    }

    fn secrets(&self) -> Arc<WebhookSecrets> {
        Arc::clone(&self.secrets.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn open(&self, request: Request) -> Result<Verified, Refused> {
        let (head, body) = request.into_parts();
        let length = body::announced(&head.headers)?;
        is_plain_json(&head.headers)?;
        let signature = signature(&head.headers)?;
        let (body, held) =
            tokio::time::timeout(self.patience, body::read(body, length, &self.room))
                .await
                .map_err(|_| Refused::Slow)??;
        if !self.secrets().signed(signature, &body) {
            return Err(Refused::Signature);
        }
        let guid = word(&head.headers, "x-github-delivery", "-")?;
        let event = word(&head.headers, "x-github-event", "_")?;
        let repository = super::json::number_at(&["repository", "id"], &body)
            .map_err(|error| Refused::Json(error.to_string()))?;
        Ok(Verified {
            guid,
            event,
            repository: repository.map(RepositoryId),
            body,
            _held: held,
        })
    }
}

impl<S> FromRequest<S> for Verified
where
    WebhookGate: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let opened = WebhookGate::from_ref(state).open(request).await;
        if let Err(refused) = &opened {
            // Never what was sent: it may be anybody's.
            tracing::debug!(reason = %refused, "refused a delivery");
        }
        opened
    }
}

/// The one signature that counts.
fn signature(headers: &HeaderMap) -> Result<Signature, Refused> {
    let mut values = headers.get_all("x-hub-signature-256").iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refused::Signature);
    };
    Signature::parse(value.as_bytes()).ok_or(Refused::Signature)
}

/// Whether the body is JSON as it is: what was signed is then what is read.
fn is_plain_json(headers: &HeaderMap) -> Result<(), Refused> {
    let value = |name| headers.get(name).map_or(&b""[..], |value| value.as_bytes());
    let encoding = value(header::CONTENT_ENCODING);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case(b"identity") {
        return Err(Refused::Encoded);
    }
    let kind = value(header::CONTENT_TYPE);
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default();
    if kind.trim_ascii().eq_ignore_ascii_case(b"application/json") {
        return Ok(());
    }
    Err(Refused::NotJson)
}

/// A header that is one short word; it goes into the store, pages and the log.
fn word(headers: &HeaderMap, name: &'static str, also: &str) -> Result<String, Refused> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let fits = |value: &&str| {
        (1..=100).contains(&value.len())
            && value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
    };
    let value = value.filter(fits).ok_or(Refused::Header(name))?;
    Ok(value.to_owned())
}
