//! Webhooks and their deliveries.

use super::state::{World, now};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

/// GitHub sends no larger payload.
const MAX_PAYLOAD: usize = 25 * 1024 * 1024;

/// A repository's webhook.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    pub(crate) repository: u64,
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    /// `json` or `form`.
    pub(crate) content_type: String,
    pub(crate) insecure_ssl: String,
    pub(crate) events: Vec<String>,
    pub(crate) active: bool,
    pub(crate) created_at: String,
    pub(crate) updated_at: String,
}

/// One attempt to deliver one event.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: u64,
    /// The same for every attempt.
    pub(crate) guid: String,
    pub(crate) hook: u64,
    pub(crate) repository: u64,
    pub(crate) event: String,
    pub(crate) action: Option<String>,
    pub(crate) redelivery: bool,
    pub(crate) delivered_at: String,
    pub(crate) payload: Value,
    /// As sent.
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) response: Option<Response>,
    pub(crate) duration: Duration,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// 502 and 504 where nobody answered, as GitHub has it.
    pub(crate) code: u16,
    /// GitHub's word: `OK`, `Invalid HTTP Response: 500`, `timed out`, `failed to connect to host`.
    pub(crate) status: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// How a delivery gets lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It is listed as failed; the receiver has seen nothing.
    Failed,
    /// GitHub never made it.
    Vanished,
}

impl Hook {
    pub(crate) fn wants(&self, event: &str) -> bool {
        self.active && (event == "ping" || self.events.iter().any(|it| it == event || it == "*"))
    }
}

impl World {
    /// Delivers an event to every hook of the repository that wants it.
    pub(crate) fn emit(
        &mut self,
        repository: u64,
        event: &str,
        action: Option<&str>,
        payload: &Value,
    ) {
        let hooks: Vec<u64> = self
            .hooks
            .values()
            .filter(|hook| hook.repository == repository && hook.wants(event))
            .map(|hook| hook.id)
            .collect();
        for hook in hooks {
            self.deliver(hook, event, action, payload);
        }
    }

    /// Delivers an event to one hook.
    pub(crate) fn deliver(
        &mut self,
        hook: u64,
        event: &str,
        action: Option<&str>,
        payload: &Value,
    ) {
        if payload.to_string().len() > MAX_PAYLOAD {
            return;
        }
        let loss = self.next_loss();
        if loss == Some(Loss::Vanished) {
            return;
        }
        let repository = self.hooks[&hook].repository;
        let id = self.fresh_id();
        self.deliveries.push(Delivery {
            id,
            guid: guid(),
            hook,
            repository,
            event: event.to_owned(),
            action: action.map(str::to_owned),
            redelivery: false,
            delivered_at: now(),
            payload: payload.clone(),
            request_headers: Vec::new(),
            response: loss.map(|_| Response::none(502, "failed to connect to host")),
            duration: Duration::ZERO,
        });
        if loss.is_none() {
            self.send(id);
        }
    }

    /// Another attempt of a delivery, with the same GUID.
    pub(crate) fn deliver_again(&mut self, id: u64) -> Option<u64> {
        let mut again = self.deliveries.iter().find(|it| it.id == id)?.clone();
        again.id = self.fresh_id();
        again.redelivery = true;
        again.delivered_at = now();
        again.response = None;
        let id = again.id;
        self.deliveries.push(again);
        // A redelivery was asked for, so that nothing holds it back.
        let _ = self.outgoing.send(id);
        Some(id)
    }

    fn send(&mut self, id: u64) {
        match &mut self.held {
            Some(held) => held.push(id),
            None => {
                let _ = self.outgoing.send(id);
            }
        }
    }

    fn next_loss(&mut self) -> Option<Loss> {
        let (left, loss) = self.loss?;
        self.loss = (left > 1).then_some((left - 1, loss));
        Some(loss)
    }

    pub(crate) fn hook_json(&self, hook: &Hook) -> Value {
        let name = self.repositories[&hook.repository].full_name();
        let url = format!("{}/repos/{name}/hooks/{}", self.api(), hook.id);
        let last = self
            .deliveries
            .iter()
            .rfind(|it| it.hook == hook.id)
            .and_then(|it| it.response.as_ref());
        let mut config = json!({
            "url": hook.url,
            "content_type": hook.content_type,
            "insecure_ssl": hook.insecure_ssl,
        });
        if hook.secret.is_some() {
            config["secret"] = "********".into();
        }
        json!({
            "type": "Repository",
            "id": hook.id,
            "name": "web",
            "active": hook.active,
            "events": hook.events,
            "config": config,
            "updated_at": hook.updated_at,
            "created_at": hook.created_at,
            "url": url,
            "test_url": format!("{url}/test"),
            "ping_url": format!("{url}/pings"),
            "deliveries_url": format!("{url}/deliveries"),
            "last_response": {
                "code": last.map(|it| it.code),
                "status": last.map_or("unused", |it| if it.code < 300 { "active" } else { "error" }),
                "message": last.map(|it| it.status.clone()),
            },
        })
    }
}

impl Response {
    pub(crate) fn none(code: u16, status: &str) -> Self {
        Self {
            code,
            status: status.to_owned(),
            headers: Vec::new(),
            body: String::new(),
        }
    }
}

impl Delivery {
    /// As in lists; `detail` adds what was sent and what came back.
    pub(crate) fn json(&self, url: &str, detail: bool) -> Value {
        let response = self.response.as_ref();
        let mut value = json!({
            "id": self.id,
            "guid": self.guid,
            "delivered_at": self.delivered_at,
            "redelivery": self.redelivery,
            "duration": self.duration.as_secs_f64(),
            "status": response.map_or("pending", |it| it.status.as_str()),
            "status_code": response.map_or(0, |it| it.code),
            "event": self.event,
            "action": self.action,
            "installation_id": Value::Null,
            "repository_id": self.repository,
            "throttled_at": Value::Null,
        });
        if detail {
            value["url"] = url.into();
            value["request"] = json!({
                "headers": map(&self.request_headers),
                "payload": self.payload,
            });
            value["response"] = json!({
                "headers": response.map(|it| map(&it.headers)),
                "payload": response.map(|it| it.body.clone()),
            });
        }
        value
    }
}

fn map(headers: &[(String, String)]) -> Value {
    headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn guid() -> String {
    let hex = random_hex(16);
    let cut = |from: usize, to: usize| hex[from..to].to_owned();
    [cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32)].join("-")
}

/// So many random bytes in hexadecimal.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    SystemRandom::new()
        .fill(&mut random)
        .unwrap_or_else(|_| panic!("no random bytes"));
    random.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
