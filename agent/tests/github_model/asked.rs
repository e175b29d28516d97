//! One request of the REST API, taken apart.

use super::token::Token;
use axum::http::HeaderMap;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::answer::Answer;

/// What was asked.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// As sent, without the base path.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whose call it is; none: anonymous.
    pub(crate) token: Option<Token>,
}

impl Asked {
    /// The path's parts, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path.trim_matches('/').split('/').map(decode).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Whether the caller wants the bytes themselves.
    pub(crate) fn wants_raw(&self) -> bool {
        self.header("accept")
            .is_some_and(|accept| accept.contains("raw"))
    }

    /// The body as an object; an absent one is empty.
    ///
    /// # Errors
    /// 400 as GitHub answers to what is not JSON, or not an object.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Answer> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(Answer::refuse(400, "Body should be a JSON object")),
            Err(_) => Err(Answer::refuse(400, "Problems parsing JSON")),
        }
    }
}

/// `a%2Fb` as `a/b`. What is no escape stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
