//! What people do meanwhile: they push, and the operator restarts and cancels.

use crate::chance::Chance;
use crate::github::{Github, REPOSITORY, SLUG};
use crate::life::{Life, OPERATOR, SECRET};
use crate::script::config;
use agent::github::event::{HeadCommit, Push, Repository};
use agent::store::RepositoryId;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// People, and what they remember of what they did.
pub(crate) struct People {
    chance: Arc<Chance>,
    github: Arc<Github>,
    /// Each push: the ref and its commit, in order.
    pub(crate) pushed: Vec<(String, String)>,
    /// How often the operator asked to restart something of a build, by its number.
    pub(crate) restarts: BTreeMap<u64, u64>,
    /// And to cancel.
    pub(crate) cancels: BTreeMap<u64, u64>,
    /// Deliveries whose answer was lost, or that were sent twice.
    pub(crate) repeated: u64,
    pub(crate) lost: u64,
}

impl People {
    pub(crate) fn new(chance: Arc<Chance>, github: Arc<Github>) -> Self {
        Self {
            chance,
            github,
            pushed: Vec::new(),
            restarts: BTreeMap::new(),
            cancels: BTreeMap::new(),
            repeated: 0,
            lost: 0,
        }
    }

    /// Does something; webhooks and pages are the agent's that lives, if one does.
    pub(crate) fn act(&mut self, agent: Option<&Life>) {
        match self.chance.range(0, 20) {
            0..10 if self.pushed.len() < 10 => self.push(agent),
            10 | 11 if self.pushed.len() > 1 => self.back(agent),
            12 => self.redeliver(agent),
            13..17 => self.operate("restart", agent),
            17..19 => self.operate("cancel", agent),
            _ => {}
        }
    }

    fn push(&mut self, agent: Option<&Life>) {
        let number = self.pushed.len() + 1;
        let sha = format!("{number:040x}");
        let names = ["refs/heads/main", "refs/heads/main", "refs/heads/dev"];
        let name = match self.chance.one_in(6) {
            true => format!("refs/tags/v{number}"),
            false => (*self.chance.pick(&names).unwrap()).to_owned(),
        };
        let config = config(&self.chance);
        self.github.state().commits.insert(sha.clone(), config);
        self.moves(&name, &sha, agent);
    }

    /// A branch goes back to what it pointed to before.
    fn back(&mut self, agent: Option<&Life>) {
        let Some((name, _)) = self.chance.pick(&self.pushed).cloned() else {
            return;
        };
        let now = self.github.state().refs.get(&name).cloned();
        let former = self.pushed.iter().rev();
        let mut former = former.filter(|(other, sha)| *other == name && Some(sha) != now.as_ref());
        if let Some((_, sha)) = former.next().cloned()
            && name.starts_with("refs/heads/")
        {
            self.moves(&name, &sha, agent);
        }
    }

    fn moves(&mut self, name: &str, sha: &str, agent: Option<&Life>) {
        let before = self
            .github
            .state()
            .refs
            .insert(name.to_owned(), sha.to_owned());
        let repository = Repository {
            id: RepositoryId(REPOSITORY),
            slug: SLUG.parse().unwrap(),
            private: false,
            default_branch: Some("main".to_owned()),
        };
        let push = Push {
            repository,
            full_ref: name.to_owned(),
            before: before.and_then(|before| before.parse().ok()),
            after: sha.parse().ok(),
            forced: false,
            head: Some(HeadCommit {
                sha: sha.parse().unwrap(),
                message: "Turn".to_owned(),
            }),
            sender: None,
        };
        self.pushed.push((name.to_owned(), sha.to_owned()));
        let guid = format!("guid-{}", self.pushed.len());
        let delivery = self.github.delivers(&guid, &push.to_body());
        let agent = agent.filter(|_| !self.chance.one_in(6));
        let Some(agent) = agent else {
            self.lost += 1;
            return;
        };
        let late = self.chance.one_in(8);
        self.deliver(delivery, agent, if late { 20_000 } else { 100 });
        if self.chance.one_in(6) {
            self.repeated += 1;
            self.deliver(delivery, agent, 3000);
        }
    }

    fn redeliver(&mut self, agent: Option<&Life>) {
        let count = self.github.state().deliveries.len() as u64;
        if let Some(agent) = agent.filter(|_| count > 0) {
            self.repeated += 1;
            let delivery = usize::try_from(self.chance.range(0, count)).unwrap();
            self.deliver(delivery, agent, 100);
        }
    }

    /// Sends a delivery to the agent within so many milliseconds.
    fn deliver(&self, delivery: usize, agent: &Life, within: u64) {
        let github = Arc::clone(&self.github);
        let (wait, router) = (self.chance.millis(0, within), agent.router.clone());
        agent.spawn(async move {
            tokio::time::sleep(wait).await;
            let one = github.state().deliveries[delivery].clone();
            let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(&one.body);
            let mut signature = "sha256=".to_owned();
            for byte in mac.finalize().into_bytes() {
                let _ = write!(signature, "{byte:02x}");
            }
            let request = Request::post("/webhook")
                .header("content-type", "application/json")
                .header("x-github-event", "push")
                .header("x-github-delivery", &one.guid)
                .header("x-hub-signature-256", signature)
                .header("content-length", one.body.len())
                .body(Body::from(one.body))
                .unwrap();
            let answered = send(router, request).await;
            let mut state = github.state();
            // What was answered well once has arrived.
            let known = &mut state.deliveries[delivery].answered;
            if !(200..300).contains(known) {
                *known = answered;
            }
        });
    }

    fn operate(&mut self, what: &'static str, agent: Option<&Life>) {
        let (Some(agent), true) = (agent, !self.pushed.is_empty()) else {
            return;
        };
        let build = self.chance.range(1, self.pushed.len() as u64 + 1);
        let path = match self.chance.one_in(2) {
            true => format!("/{SLUG}/builds/{build}/{what}"),
            false => format!("/{SLUG}/jobs/{build}.{}/{what}", self.chance.range(1, 6)),
        };
        let counts = if what == "restart" {
            &mut self.restarts
        } else {
            &mut self.cancels
        };
        *counts.entry(build).or_default() += 1;
        let jobs = if self.chance.one_in(2) {
            "all"
        } else {
            "failed"
        };
        let request = Request::post(path)
            .header("authorization", format!("Bearer {OPERATOR}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("jobs={jobs}")))
            .unwrap();
        let router = agent.router.clone();
        agent.spawn(async move {
            send(router, request).await;
        });
    }
}

async fn send(router: Router, request: Request<Body>) -> u16 {
    let answer = tokio::time::timeout(Duration::from_secs(60), router.oneshot(request)).await;
    answer.map_or(0, |answer| {
        answer.map_or(0, |answer| answer.status().as_u16())
    })
}
