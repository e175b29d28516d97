//! What the server is told about the rest: whether the agent is ready, and where GitHub's pages are.

use super::{Lifecycle, Phase};
use crate::backend::{Backend, BackendError};
use crate::github::Client;
use crate::server::{Forge, Probes};
use crate::store::Store;
use crate::work::Handle;
use async_trait::async_trait;
use std::sync::Arc;

/// Asks the parts that `/readyz` speaks of.
pub(super) struct Parts {
    pub(super) lifecycle: Lifecycle,
    pub(super) store: Store,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) work: Handle,
}

#[async_trait]
impl Probes for Parts {
    fn draining(&self) -> bool {
        self.lifecycle.phase() > Phase::Running
    }

    async fn database(&self) -> bool {
        self.work.stores() && self.store.has_delivery("").await.is_ok()
    }

    fn room(&self) -> bool {
        self.work.has_room()
    }

    async fn docker(&self) -> bool {
        // There is no such instance; whoever can say so answers.
        let answer = self.backend.status("readyz").await;
        !matches!(answer, Err(BackendError::Unavailable { .. }))
    }
}

/// Where pages link to.
pub(super) struct Links(pub(super) Arc<Client>);

impl Forge for Links {
    fn commit(&self, slug: &str, sha: &str) -> String {
        let page = |slug| self.0.commit_page(&slug, sha).into();
        slug.parse().map_or_else(|_| String::new(), page)
    }

    fn pull_request(&self, slug: &str, number: u64) -> String {
        let page = |slug| self.0.pull_request_page(&slug, number).into();
        slug.parse().map_or_else(|_| String::new(), page)
    }
}
