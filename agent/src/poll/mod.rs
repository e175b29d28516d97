//! Asks GitHub what nobody has told: webhooks that got lost, tags pushed more than three at once,
//! and everything where webhooks are off (reliability R32, R33).
//!
//! ```text
//!  each repository ─► its present name ─► deliveries of its webhook that we do not have
//!                                     └─► branches, tags, open pull requests ─► held against the
//!                                                              refs that were noted last
//! ```
//!
//! What is found is stored as the delivery that should have come, under a name made of its meaning,
//! and goes the way of all deliveries: intake decides what comes of it.

pub mod found;
mod look;
mod lost;
mod present;

pub use present::heads;

use crate::github::{Client, GithubError};
use crate::store::{Repository, RepositoryId, Store, StoreError};
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Repositories that are looked at at once.
const AT_ONCE: usize = 4;
/// Requests of an hour that are left to everything else: statuses must not wait for the next hour
/// because many repositories were looked at.
const RESERVE: u64 = 1000;
/// GitHub keeps the deliveries of a webhook for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(72);
/// Two looks overlap by this much: GitHub lists a delivery a while after it was made.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Asks GitHub what happened.
#[derive(Clone, Debug)]
pub struct Poller {
    store: Store,
    client: Arc<Client>,
    /// Rung when something was found.
    found: Arc<Notify>,
    /// Up to when the deliveries of each repository's webhook were read.
    read: Arc<Mutex<HashMap<RepositoryId, Timestamp>>>,
    /// How many looks there were: the next turn begins behind them.
    next: Arc<AtomicUsize>,
}

/// Why a repository could not be looked at.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Github(#[from] GithubError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Name(#[from] crate::github::BadSlug),
}

impl Poller {
    /// A poller that finds for this store, asking by this client. `found` is rung when something
    /// was.
    #[must_use]
    pub fn new(store: Store, client: Arc<Client>, found: Arc<Notify>) -> Self {
        Self {
            store,
            client,
            found,
            read: Arc::default(),
            next: Arc::default(),
        }
    }

    /// Looks at every active repository, and says how many deliveries it made. What goes wrong with
    /// one repository is logged and keeps nobody from looking at the others. Where GitHub allows few
    /// requests more in this hour, the others wait: the next turn begins with them.
    ///
    /// # Errors
    /// The repositories can't be listed.
    pub async fn turn(&self, now: Timestamp) -> Result<usize, StoreError> {
        let repositories = self.store.repositories().await?;
        let mut active: Vec<_> = repositories.into_iter().filter(|one| one.active).collect();
        let (all, count) = (active.len(), AtomicUsize::new(0));
        let begun = &count;
        let next = self.next.load(Ordering::Relaxed);
        active.rotate_left(next.checked_rem(all).unwrap_or_default());
        let looks = futures_util::stream::iter(active).map(|one| async move {
            // The first one's answers tell how many are left by now.
            if begun.load(Ordering::Relaxed) > 0 && self.is_short() {
                return 0;
            }
            begun.fetch_add(1, Ordering::Relaxed);
            self.one(one, now).await
        });
        let found: Vec<usize> = looks.buffer_unordered(AT_ONCE).collect().await;
        let begun = count.load(Ordering::Relaxed);
        if begun < all {
            tracing::warn!(
                "GitHub allows fewer than {RESERVE} requests more in this hour: {} of {all} \
                 repositories are looked at later; a longer poll.interval needs fewer",
                all - begun
            );
        }
        self.next.store(next.wrapping_add(begun), Ordering::Relaxed);
        Ok(found.into_iter().sum())
    }

    fn is_short(&self) -> bool {
        let left = self.client.requests_left();
        left.is_some_and(|left| left < RESERVE)
    }

    async fn one(&self, repository: Repository, now: Timestamp) -> usize {
        let slug = repository.slug.clone();
        let (found, trouble) = match self.look(repository, now).await {
            Ok(found) => (found, None),
            Err(trouble) => (0, Some(trouble)),
        };
        if let Some(error) = trouble {
            tracing::warn!(repository = slug, %error, "a repository could not be looked at");
        }
        if found > 0 {
            tracing::info!(repository = slug, found, "found what nobody had told");
            self.found.notify_one();
        }
        found
    }

    async fn look(&self, repository: Repository, now: Timestamp) -> Result<usize, Trouble> {
        let repository = self.present(repository).await?;
        let lost = self.lost(&repository, now).await?;
        // What intake is about to note must not be found again as a change of its refs.
        if lost > 0 {
            return Ok(lost);
        }
        self.changed(&repository, now).await
    }

    /// The repository as it is called and seen now: that it was renamed or hidden may be what was
    /// lost.
    async fn present(&self, repository: Repository) -> Result<Repository, Trouble> {
        let now = self.client.repository_by_id(repository.id).await?;
        let present = Repository {
            slug: now.slug.to_string(),
            private: now.private,
            default_branch: now.default_branch,
            ..repository.clone()
        };
        if present != repository {
            let Repository { id, slug, .. } = &present;
            self.store
                .describe_repository(*id, slug, present.private, &present.default_branch)
                .await?;
        }
        Ok(present)
    }

    /// Since when the deliveries of a webhook have not been read.
    fn unread_since(&self, id: RepositoryId, now: Timestamp) -> Timestamp {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, back) = match read.get(&id) {
            Some(read) => (*read, OVERLAP),
            None => (now, KEPT),
        };
        from.checked_sub(back).unwrap_or(Timestamp::MIN)
    }

    fn note_read(&self, id: RepositoryId, now: Timestamp) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(id, now);
    }
}
