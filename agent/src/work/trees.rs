//! Work trees of builds: each made once for all of a build's jobs that run at the same time.

use super::fetch;
use crate::git::Trees;
use crate::github::Client;
use crate::store::BuildId;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The work trees of the builds that have running jobs.
#[derive(Debug, Default)]
pub(super) struct BuildTrees(Mutex<HashMap<BuildId, Weak<Trees>>>);

impl BuildTrees {
    /// The work trees of a build, over a mirror that has its commit. The token stays on this side:
    /// neither the mirror nor a work tree holds it.
    pub(super) async fn of(
        &self,
        build: BuildId,
        (client, url): (&Arc<Client>, &str),
        sha: &str,
        data: &Path,
    ) -> Result<Arc<Trees>, String> {
        if let Some(trees) = self.known(build) {
            return Ok(trees);
        }
        let trees = fetch::patiently(client, url, sha, data).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, trees| trees.strong_count() > 0);
        // Another job of the build may have been faster.
        if let Some(first) = known.get(&build).and_then(Weak::upgrade) {
            return Ok(first);
        }
        known.insert(build, Arc::downgrade(&trees));
        Ok(trees)
    }

    fn known(&self, build: BuildId) -> Option<Arc<Trees>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&build).and_then(Weak::upgrade)
    }
}
