//! Sends commit statuses that are due to GitHub, and notes what became of each (reliability P6).
//!
//! The store keeps one row for each context of a commit with the newest word only, so whatever is
//! sent here is the newest, and sends for one context never overlap. Those of different contexts do,
//! and do not wait for each other.
//!
//! A call without an answer, or a process that ended in the middle of one, leaves a doubt: GitHub may
//! have the status, not have it, or get it when a proxy lets it go, after a newer one. Before
//! anything else is posted to a context in doubt, GitHub is asked which one is its newest; and what
//! is posted then is looked at again after a while.

mod flights;
mod verdict;

use crate::github::event::Sha;
use crate::github::{Client, Slug};
use crate::metrics::Metrics;
use crate::report::status::{CommitStatus, StatusState};
use crate::store::{PendingStatus, Store, StoreError, Unsent};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use url::Url;
use verdict::Verdict;

/// Between two words of a context that are not final; the first is sent at once.
const CALM: SignedDuration = SignedDuration::from_secs(1);
/// Sending takes no longer, a look before it and all waiting included; after that another agent may
/// think that this one is gone.
const SENDING: SignedDuration = SignedDuration::from_secs(100);
/// GitHub takes a thousand statuses for a context of a commit: the last hundred are kept for final
/// ones.
const ENOUGH: u64 = 900;

/// Sends statuses.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
    client: Arc<Client>,
    public_url: Url,
    agent: String,
    metrics: Option<Arc<Metrics>>,
}

impl Outbox {
    /// The outbox of the agent of this name, whose statuses link to pages below `public_url`.
    #[must_use]
    pub fn new(store: Store, client: Arc<Client>, public_url: Url, agent: String) -> Self {
        Self {
            store,
            client,
            public_url,
            agent,
            metrics: None,
        }
    }

    /// The same, counting what is sent and what fails.
    #[must_use]
    pub fn counting(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Makes due what an earlier process of this agent was sending when it ended. To be called before
    /// the first turn.
    ///
    /// # Errors
    /// The database.
    pub async fn take_up(&self, now: Timestamp) -> Result<(), StoreError> {
        self.store.release_statuses(&self.agent, now).await
    }

    async fn one(&self, pending: PendingStatus, now: Timestamp) -> Result<bool, StoreError> {
        let key = &pending.key;
        let until = now.checked_add(SENDING).unwrap_or(now);
        if !self
            .store
            .take_status((key, &self.agent), pending.version, now, until)
            .await?
        {
            return Ok(false);
        }
        let verdict = self.send(&pending, now).await?;
        if let (Some(metrics), Verdict::Again { .. } | Verdict::Never { .. }) =
            (&self.metrics, &verdict)
        {
            metrics.status_failed();
        }
        let version = pending.version;
        let (of, context) = (tell_of(&pending), &key.context);
        let why = match &verdict {
            Verdict::Sent { posted } => {
                let CommitStatus {
                    state, description, ..
                } = &pending.status;
                let state = state.as_str();
                tracing::info!("{of}: {context} is {state} \"{description}\"");
                self.store.status_sent(key, version, *posted, now).await?;
                if let Some(metrics) = &self.metrics {
                    metrics.status_sent();
                }
                return Ok(true);
            }
            Verdict::Look { until } => Unsent {
                error: None,
                until: Some(*until),
                doubt: true,
                counts: true,
            },
            Verdict::Again { error, until, sent } => {
                tracing::warn!(
                    "{of}: the status {context} was not sent: {error}; next try at {until:.0}"
                );
                Unsent {
                    error: Some(error),
                    until: Some(*until),
                    doubt: pending.doubt || *sent,
                    counts: *sent,
                }
            }
            Verdict::Never { error } => {
                tracing::warn!("{of}: the status {context} is given up: {error}");
                Unsent {
                    error: Some(error),
                    until: None,
                    doubt: pending.doubt,
                    counts: false,
                }
            }
        };
        self.store.status_unsent(key, version, &why).await?;
        Ok(false)
    }

    async fn send(&self, pending: &PendingStatus, now: Timestamp) -> Result<Verdict, StoreError> {
        let key = &pending.key;
        let never = |error: &str| {
            Ok(Verdict::Never {
                error: error.to_owned(),
            })
        };
        // Its name of today: the repository may have been renamed since.
        let Some(repository) = self.store.repository(key.repository).await? else {
            return never("its repository is not set up here any more");
        };
        let (Ok(slug), Ok(sha)) = (repository.slug.parse::<Slug>(), key.sha.parse::<Sha>()) else {
            return never("its repository or commit has no proper name");
        };
        // A path below the public URL's own.
        let base = self.public_url.as_str().trim_end_matches('/');
        let target = Url::parse(&format!("{base}{}", pending.target)).ok();
        if pending.doubt {
            let known = self.client.statuses(&slug, &sha).await;
            match verdict::of_look(known, pending, target.as_ref(), now) {
                Some(verdict) => return Ok(verdict),
                None => tracing::info!(%sha, context = %key.context, "a status is posted again"),
            }
        }
        let is_pending = pending.status.state == StatusState::Pending;
        if is_pending && self.store.statuses_sent(key).await? >= ENOUGH {
            return never(
                "this commit and context has nine hundred statuses, and GitHub takes a thousand: \
                 the rest is kept for final ones",
            );
        }
        let sent = self
            .client
            .post_status(&slug, &sha, &pending.status, target.as_ref())
            .await;
        Ok(verdict::of(sent, pending, now))
    }
}

/// The repository, as the page that a status links to names it, and the commit.
fn tell_of(pending: &PendingStatus) -> String {
    let slug = pending
        .target
        .trim_start_matches('/')
        .splitn(3, '/')
        .take(2);
    let sha: String = pending.key.sha.chars().take(7).collect();
    format!("{} {sha}", slug.collect::<Vec<_>>().join("/"))
}
