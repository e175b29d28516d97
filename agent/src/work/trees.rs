//! Work trees of builds: each made once for all of a build's jobs that run at the same time.

use crate::git::{GitError, Mirror, Source, Trees};
use crate::github::Client;
use crate::secrets::Plaintext;
use crate::store::BuildId;
use secrecy::ExposeSecret;
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
        let (client, url) = (Arc::clone(client), url.to_owned());
        let (sha, data) = (sha.to_owned(), data.to_owned());
        let fetched = tokio::task::spawn_blocking(move || {
            let mirror = Mirror::open(&data, &url)?;
            if !mirror.has(&sha)? {
                fetch(&mirror, &client, &url, &sha)?;
            }
            Ok::<_, GitError>(Arc::new(Trees::new(&data, mirror, Source::Commit)))
        });
        let fetched = fetched
            .await
            .map_err(|error| format!("fetching the commit broke: {error}"))?;
        let trees = fetched.map_err(|error| error.to_string())?;
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

/// Fetches a commit; where that fails, once more with the token read anew (reliability R24).
fn fetch(mirror: &Mirror, client: &Client, url: &str, sha: &str) -> Result<(), GitError> {
    let once = || {
        let token = client.token();
        let token = Plaintext::new(token.expose_secret().as_bytes().to_vec());
        mirror.fetch(url, sha, Some(&token))
    };
    match once() {
        Err(GitError::Failed { .. }) if client.renew_token().is_ok() => once(),
        other => other,
    }
}
