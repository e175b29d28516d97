//! Sends commit statuses that are due to GitHub, and notes what became of each (reliability P6).
//!
//! The store keeps one row for each context of a commit with the newest word only, so whatever is
//! sent here is the newest, and sends for one context never overlap.
//!
//! A call without an answer, or a process that ended in the middle of one, leaves a doubt: GitHub may
//! have the status, not have it, or get it when a proxy lets it go, after a newer one. Before
//! anything else is posted to a context in doubt, GitHub is asked which one is its newest; and what
//! is posted then is looked at again after a while.

mod verdict;

use crate::github::event::Sha;
use crate::github::{Client, Slug};
use crate::report::status::StatusState;
use crate::store::{PendingStatus, Store, StoreError, Unsent};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use url::Url;
use verdict::Verdict;

/// Statuses that are sent at once; GitHub asks for few concurrent calls.
const AT_ONCE: u32 = 8;
/// A status that is not final waits so long for a newer one.
const CALM: SignedDuration = SignedDuration::from_secs(1);
/// Sending takes no longer; after that another agent may think that this one is gone.
const SENDING: SignedDuration = SignedDuration::from_secs(60);
/// GitHub takes a thousand statuses for a context of a commit: the last hundred are kept for final
/// ones.
const ENOUGH: u64 = 900;

/// Sends statuses.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
    client: Arc<Client>,
    public_url: Url,
}

impl Outbox {
    /// An outbox whose statuses link to pages below `public_url`.
    #[must_use]
    pub fn new(store: Store, client: Arc<Client>, public_url: Url) -> Self {
        Self {
            store,
            client,
            public_url,
        }
    }

    /// Sends what is due, and says how many GitHub took.
    ///
    /// # Errors
    /// The database; what was sent without being noted is in doubt (R20).
    pub async fn turn(&self, now: Timestamp) -> Result<usize, StoreError> {
        let due = self.store.unsent_statuses(now, AT_ONCE).await?;
        let calm = due.into_iter().filter(|status| is_calm(status, now));
        let sent = futures_util::future::join_all(calm.map(|status| self.one(status, now))).await;
        let mut count = 0;
        for sent in sent {
            count += usize::from(sent?);
        }
        Ok(count)
    }

    async fn one(&self, pending: PendingStatus, now: Timestamp) -> Result<bool, StoreError> {
        let key = &pending.key;
        let until = now.checked_add(SENDING).unwrap_or(now);
        if !self
            .store
            .take_status(key, pending.version, now, until)
            .await?
        {
            return Ok(false);
        }
        let verdict = self.send(&pending, now).await?;
        let version = pending.version;
        let (sha, context) = (&key.sha, &key.context);
        let why = match &verdict {
            Verdict::Sent { posted } => {
                self.store.status_sent(key, version, *posted, now).await?;
                return Ok(true);
            }
            Verdict::Look { until } => Unsent {
                error: None,
                until: Some(*until),
                doubt: true,
                counts: true,
            },
            Verdict::Again { error, until, sent } => {
                tracing::info!(%sha, %context, %error, %until, "a status waits");
                Unsent {
                    error: Some(error),
                    until: Some(*until),
                    doubt: pending.doubt || *sent,
                    counts: *sent,
                }
            }
            Verdict::Never { error } => {
                tracing::warn!(%sha, %context, %error, "a status is given up");
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

/// Whether a status need not wait for a newer one.
fn is_calm(status: &PendingStatus, now: Timestamp) -> bool {
    status.status.state != StatusState::Pending || now.duration_since(status.changed) >= CALM
}
