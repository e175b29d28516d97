//! From stored deliveries to builds, recorded skips or recorded errors (reliability P2).
//!
//! A delivery was answered when it was stored; here it is read, those of one repository in the
//! order in which they came. That may be any order, late and twice: what counts is what a ref points
//! to, not which delivery told of it last. What a payload claims about commits is asked again where
//! it matters, and no URL of it is used (security T21).

mod changes;
mod config;
mod facts;
mod guard;
mod handle;
mod head;
mod imports;
mod lanes;
mod order;
mod plan;
mod pull_request;
mod push;
mod repository;
mod superseded;
mod tell;
mod trouble;
mod variables;

use crate::clock::Clock;
use crate::github::Client;
use crate::metrics::Metrics;
use crate::policy::nothing_ran::OnPush;
use crate::report::status::CommitStatus;
use crate::secrets::MasterSources;
use crate::store::{DeliveryOutcome, Repository, Store};
use jiff::SignedDuration;
use std::sync::Arc;
use tokio::sync::Notify;

/// For so long an answer of GitHub's may be older than the delivery.
const LAG: SignedDuration = SignedDuration::from_secs(15);

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
    clock: Clock,
    metrics: Option<Arc<Metrics>>,
    /// Where the key is that variables of the settings are sealed with.
    master: MasterSources,
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
    pub fn new(
        store: Store,
        client: Arc<Client>,
        options: Options,
        built: Arc<Notify>,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            client,
            options,
            built,
            clock,
            metrics: None,
            master: MasterSources::default(),
        }
    }

    /// The same with the places of the master key, for repositories that have variables.
    #[must_use]
    pub fn with_master(self, master: MasterSources) -> Self {
        Self { master, ..self }
    }

    /// The same, telling what it does.
    #[must_use]
    pub fn counting(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Once at the start, since the prefix of contexts may be another one than before: whoever waits
    /// for a context of now is told why nothing was built.
    pub async fn restate(&self) {
        let prefix = &self.options.prefix;
        match self.store.restate(prefix, self.clock.now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!("statuses that wait are told under {prefix}, too: {count}"),
            Err(error) => tracing::warn!(%error, "statuses are not told under {prefix} yet"),
        }
    }

    fn count(&self, tell: impl FnOnce(&Metrics)) {
        if let Some(metrics) = &self.metrics {
            tell(metrics);
        }
    }
}
