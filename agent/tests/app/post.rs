//! Requests to the agent as somebody other than the model makes them.

use crate::agent::{Agent, OPERATOR, SECRET};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write as _;

/// `sha256=…` over a body.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let bytes = mac.chain_update(body).finalize().into_bytes();
    let mut text = "sha256=".to_owned();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

impl Agent {
    /// Delivers, signed with a secret; the status and the text of the answer.
    pub(crate) async fn deliver(
        &self,
        event: &str,
        guid: &str,
        body: &[u8],
        secret: &str,
    ) -> (u16, String) {
        let sent = self
            .http
            .post(self.webhook())
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", guid)
            .header("x-hub-signature-256", signature(secret, body))
            .body(body.to_vec())
            .send();
        let answer = sent.await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The same with the right secret, which must be taken.
    pub(crate) async fn take(&self, event: &str, guid: &str, body: &[u8]) -> u16 {
        let (status, text) = self.deliver(event, guid, body, SECRET).await;
        assert!((200..300).contains(&status), "{status}: {text}");
        status
    }

    /// A form of the operator; the status and the text of the answer.
    pub(crate) async fn form(&self, path: &str, form: &'static str) -> (u16, String) {
        let sent = self
            .http
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {OPERATOR}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send();
        let answer = sent.await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A page for who shows this token.
    pub(crate) async fn page_with(&self, path: &str, token: &str) -> (u16, String) {
        let sent = reqwest::Client::new()
            .get(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {token}"))
            .send();
        let answer = sent.await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A page as anybody sees it.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let url = format!("{}{path}", self.url);
        let answer = self.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}
