//! Commit statuses: what was posted, and what a test has looked at.

use super::state::World;
use serde_json::{Value, json};

/// The most statuses that GitHub takes for one commit and context.
pub(crate) const MAX_STATUSES: usize = 1000;

/// A status as it was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) id: u64,
    pub(crate) repository: u64,
    pub(crate) sha: String,
    pub(crate) context: String,
    pub(crate) state: String,
    pub(crate) description: Option<String>,
    pub(crate) target_url: Option<String>,
    pub(crate) creator: String,
    pub(crate) created_at: String,
    /// A test has seen it, or a later one of the same commit and context.
    pub(crate) looked_at: bool,
}

impl Status {
    /// `pending continuous-integration/agent/push "The build is queued"`.
    pub(crate) fn line(&self) -> String {
        let description = self.description.as_deref().unwrap_or_default();
        format!("{} {} {description:?}", self.state, self.context)
    }
}

impl World {
    /// The statuses of a commit, oldest first.
    pub(crate) fn statuses_of(&self, repository: u64, sha: &str) -> Vec<&Status> {
        self.statuses
            .iter()
            .filter(|it| it.repository == repository && it.sha == sha)
            .collect()
    }

    /// The present state of one context.
    pub(crate) fn state_of(&self, repository: u64, sha: &str, context: &str) -> Option<&str> {
        self.statuses_of(repository, sha)
            .into_iter()
            .rfind(|it| it.context == context)
            .map(|it| it.state.as_str())
    }

    /// The latest status of each context.
    pub(crate) fn latest(&self, repository: u64, sha: &str) -> Vec<&Status> {
        let mut latest: Vec<&Status> = Vec::new();
        for status in self.statuses_of(repository, sha) {
            latest.retain(|it| it.context != status.context);
            latest.push(status);
        }
        latest
    }

    pub(crate) fn status_json(&self, status: &Status) -> Value {
        let api = self.api();
        let name = self.repositories[&status.repository].full_name();
        json!({
            "url": format!("{api}/repos/{name}/statuses/{}", status.sha),
            "avatar_url": format!("{}/avatars/{}", self.web, status.creator),
            "id": status.id,
            "node_id": format!("SC_{}", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": status.created_at,
            "updated_at": status.created_at,
            "creator": self.user_json(&status.creator),
        })
    }
}
