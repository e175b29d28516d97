//! GitHub as the simulated agents reach it: its state outlives them, its answers come late, broken
//! or not at all, and what it was asked for may have happened all the same.

use crate::chance::Chance;
use agent::clock::Clock;
use agent::github::Transport;
use async_trait::async_trait;
use axum::http::{Request, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) const REPOSITORY: u64 = 7;
pub(crate) const HOOK: u64 = 3;
pub(crate) const SLUG: &str = "acme/widget";

/// A delivery of the webhook.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) guid: String,
    pub(crate) body: Vec<u8>,
    /// What the agent answered; 0 where there was no answer.
    pub(crate) answered: u16,
    at: String,
}

#[derive(Default)]
pub(crate) struct State {
    /// Full names of refs, and what they point to.
    pub(crate) refs: BTreeMap<String, String>,
    /// The config of each commit.
    pub(crate) commits: BTreeMap<String, String>,
    pub(crate) deliveries: Vec<Delivery>,
    /// Commit, context and state in the order of their coming.
    pub(crate) statuses: Vec<(String, String, String)>,
    /// What else was said of each of them.
    texts: Vec<(Value, Value)>,
    pub(crate) faults: u64,
    /// Calls that are not known here.
    pub(crate) unknown: Vec<String>,
}

pub(crate) struct Github {
    state: Mutex<State>,
    chance: Arc<Chance>,
    clock: Clock,
}

/// How a call goes wrong.
#[derive(Clone, Copy)]
enum Fault {
    /// 502, before or after it had its effect.
    Broken { applied: bool },
    /// No answer in time.
    Silent { applied: bool },
}

impl Github {
    pub(crate) fn new(chance: Arc<Chance>, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            chance,
            clock,
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a delivery that is about to be tried; gives its number.
    pub(crate) fn delivers(&self, guid: &str, body: &[u8]) -> usize {
        let mut state = self.state();
        state.deliveries.push(Delivery {
            guid: guid.to_owned(),
            body: body.to_vec(),
            answered: 0,
            at: self.clock.now().to_string(),
        });
        state.deliveries.len() - 1
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let path: Vec<String> = path
            .split('/')
            .map(|part| part.replace("%2F", "/"))
            .collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let query = request.uri().query().unwrap_or_default();
        let mut state = self.state();
        match (request.method().as_str(), path.as_slice()) {
            ("GET", ["repositories", "7"] | ["repos", "acme", "widget"]) => ok(&json!({
                "id": REPOSITORY, "full_name": SLUG, "private": false, "default_branch": "main",
            })),
            ("GET", ["repos", _, _, "branches"]) => ok(&tips(&state, "refs/heads/")),
            ("GET", ["repos", _, _, "tags"]) => ok(&tips(&state, "refs/tags/")),
            ("GET", ["repos", _, _, "pulls"]) => ok(&json!([])),
            ("GET", ["repos", _, _, "commits", name]) => {
                let sha = state
                    .refs
                    .get(&format!("refs/{name}"))
                    .map_or(*name, String::as_str);
                match state.commits.contains_key(sha) {
                    true => ok(&json!({ "sha": sha, "commit": { "message": "Turn" } })),
                    false => answer(422, &json!({ "message": "No commit found for SHA" })),
                }
            }
            // As a GitHub Enterprise that keeps no such list.
            ("GET", ["repos", _, _, "activity"]) => answer(404, &json!({ "message": "Not Found" })),
            ("GET", ["repos", _, _, "commits", sha, "status"]) => ok(&combined(&state, sha)),
            ("GET", ["repos", _, _, "contents", ".ci.yml"]) => {
                let sha = query.trim_start_matches("ref=").split('&').next();
                match sha.and_then(|sha| state.commits.get(sha)) {
                    Some(text) => raw(200, "application/vnd.github.raw+json", text.as_bytes()),
                    None => answer(404, &json!({ "message": "Not Found" })),
                }
            }
            ("POST", ["repos", _, _, "statuses", sha]) => {
                let body: Value = serde_json::from_slice(request.body()).unwrap();
                let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                let text = (body["description"].clone(), body["target_url"].clone());
                state.texts.push(text);
                state
                    .statuses
                    .push(((*sha).to_owned(), word("context"), word("state")));
                answer(201, &json!({}))
            }
            ("GET", ["repos", _, _, "hooks", "3", "deliveries"]) => ok(&listed(&state)),
            ("GET", ["repos", _, _, "hooks", "3", "deliveries", id]) => {
                let delivery = id
                    .parse()
                    .ok()
                    .and_then(|id: usize| state.deliveries.get(id));
                match delivery {
                    Some(one) => {
                        let payload: Value = serde_json::from_slice(&one.body).unwrap();
                        ok(&json!({ "request": { "payload": payload } }))
                    }
                    None => answer(404, &json!({ "message": "Not Found" })),
                }
            }
            (method, _) => {
                state.unknown.push(format!("{method} {}", request.uri()));
                answer(404, &json!({ "message": "Not Found" }))
            }
        }
    }

    fn fault(&self) -> Option<Fault> {
        let often = self.state().faults;
        if often == 0 || !self.chance.one_in(often) {
            return None;
        }
        let applied = self.chance.one_in(2);
        Some(if self.chance.one_in(3) {
            Fault::Silent { applied }
        } else {
            Fault::Broken { applied }
        })
    }

    async fn lag(&self) {
        let long = self.chance.one_in(15);
        let time = self.chance.millis(1, if long { 8000 } else { 150 });
        tokio::time::sleep(time).await;
    }
}

#[async_trait]
impl Transport for Github {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
        self.lag().await;
        let fault = self.fault();
        let applied = match fault {
            Some(Fault::Broken { applied } | Fault::Silent { applied }) => applied,
            None => true,
        };
        let bad = || answer(502, &json!({ "message": "Bad Gateway" }));
        let answer = if applied {
            self.answer(&request)
        } else {
            bad()
        };
        match fault {
            Some(Fault::Silent { .. }) => {
                tokio::time::sleep(Duration::from_secs(600)).await;
                Err("nothing came".to_owned())
            }
            Some(Fault::Broken { .. }) => {
                self.lag().await;
                Ok(bad())
            }
            None => {
                self.lag().await;
                Ok(answer)
            }
        }
    }
}

fn tips(state: &State, kind: &str) -> Value {
    let of_kind = |(name, sha): (&String, &String)| {
        let name = name.strip_prefix(kind)?;
        Some(json!({ "name": name, "commit": { "sha": sha } }))
    };
    state.refs.iter().filter_map(of_kind).collect()
}

/// The newest first.
fn listed(state: &State) -> Value {
    let all = state.deliveries.iter().enumerate().rev();
    all.map(|(id, one)| {
        json!({
            "id": id, "guid": one.guid, "delivered_at": one.at, "redelivery": false,
            "status_code": one.answered, "event": "push", "action": null,
            "repository_id": REPOSITORY,
        })
    })
    .collect()
}

/// The newest of each context.
fn combined(state: &State, sha: &str) -> Value {
    let of_sha = state.statuses.iter().zip(&state.texts);
    let of_sha = of_sha.filter(|((of, _, _), _)| of == sha);
    let newest: BTreeMap<&str, Value> = of_sha
        .map(|((_, context, word), (text, target))| {
            let status = json!({
                "context": context, "state": word, "description": text, "target_url": target,
            });
            (context.as_str(), status)
        })
        .collect();
    json!({ "statuses": newest.into_values().collect::<Vec<_>>() })
}

fn ok(body: &Value) -> Response<Vec<u8>> {
    answer(200, body)
}

fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    let bytes = serde_json::to_vec(body).unwrap();
    raw(status, "application/json; charset=utf-8", &bytes)
}

fn raw(status: u16, kind: &str, bytes: &[u8]) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .body(bytes.to_vec())
        .unwrap()
}
