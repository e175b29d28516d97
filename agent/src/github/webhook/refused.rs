//! What a sender is told instead of being let in. Nothing of what it sent is in it.

use super::LONGEST_BODY;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why a delivery was not let in. It is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No signature, not a SHA-256 one, or one that none of the secrets made.
    #[error(
        "the signature is missing or wrong: X-Hub-Signature-256 must be made with the secret \
         that stands in the agent's settings"
    )]
    Signature,
    /// Longer than anything that GitHub sends.
    #[error("the body is longer than {} MiB, the most that GitHub delivers", LONGEST_BODY >> 20)]
    TooLong,
    /// It did not come in time.
    #[error("the body did not come in time")]
    Slow,
    /// The connection broke.
    #[error("the body did not come whole")]
    Broken,
    /// Other bodies fill the room that is kept for them.
    #[error("too much is being delivered at once; try again")]
    Busy,
    /// Compressed.
    #[error("the body is compressed; deliver it as it is, without Content-Encoding")]
    Encoded,
    /// A form, or something else.
    #[error("the body is not application/json; choose that content type in the webhook's settings")]
    NotJson,
    /// A header that every delivery has.
    #[error("the header {0} is missing or malformed")]
    Header(&'static str),
    /// No JSON, or nested too deeply.
    #[error("the body is no JSON that can be read: {0}")]
    Json(String),
}

impl Refused {
    /// The status that the sender gets, and GitHub shows among a webhook's deliveries.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Signature => StatusCode::UNAUTHORIZED,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Encoded | Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Broken | Self::Header(_) | Self::Json(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        // The rest of the body, if there is any, is not worth waiting for.
        const CLOSE: [(HeaderName, &str); 1] = [(header::CONNECTION, "close")];
        (status, CLOSE, format!("{self}\n")).into_response()
    }
}
