//! From stored deliveries to builds, recorded skips or recorded errors (reliability P2).
//!
//! A delivery was answered when it was stored; here it is read. They come in any order, late and
//! twice: what counts is what a ref points to, not which delivery told of it last. What a payload
//! claims about commits is asked again where it matters, and no URL of it is used (security T21).

mod config;
mod facts;
mod handle;
mod imports;
mod plan;
mod pull_request;
mod push;
mod repository;
mod superseded;
mod trouble;

use crate::github::Client;
use crate::policy::nothing_ran::OnPush;
use crate::report::status::CommitStatus;
use crate::store::{DeliveryOutcome, Repository, Store, StoreError};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Notify;

/// What the operator chose for intake.
#[derive(Clone, Debug)]
pub struct Options {
    /// The prefix of the contexts of statuses.
    pub prefix: String,
    /// What a push is told when nothing of it ran (decision 29).
    pub on_push: OnPush,
}

/// Reads deliveries.
#[derive(Clone, Debug)]
pub struct Intake {
    store: Store,
    client: Arc<Client>,
    options: Options,
    /// Rung after each build that was made.
    built: Arc<Notify>,
}

/// How a delivery ends, and what its commit is told when there is no build to tell it.
struct Ended {
    repository: Option<Repository>,
    outcome: DeliveryOutcome,
    status: Option<(String, CommitStatus)>,
}

impl Ended {
    fn ignored(reason: impl Into<String>) -> Self {
        Self::plain(None, DeliveryOutcome::Ignored(reason.into()))
    }

    fn plain(repository: Option<Repository>, outcome: DeliveryOutcome) -> Self {
        Self {
            repository,
            outcome,
            status: None,
        }
    }
}

impl Intake {
    /// Intake into this store, asking GitHub by this client. `built` is rung after each build.
    #[must_use]
    pub fn new(store: Store, client: Arc<Client>, options: Options, built: Arc<Notify>) -> Self {
        Self {
            store,
            client,
            options,
            built,
        }
    }

    /// Handles all deliveries that wait and are due, and says how many there were.
    ///
    /// # Errors
    /// The database can't be read; deliveries stay where they are.
    pub async fn turn(&self, now: Timestamp) -> Result<usize, StoreError> {
        const AT_ONCE: u32 = 16;
        let waiting = self.store.waiting_deliveries(now, AT_ONCE).await?;
        let count = waiting.len();
        let all = waiting.into_iter().map(|delivery| self.one(delivery, now));
        futures_util::future::join_all(all).await;
        Ok(count)
    }
}
