//! `queue:`: which jobs of the daemon run when. How many run at once is `jobs.parallel`.

use super::places::Checks;
use super::units::time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Which jobs of the daemon run when.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct QueueSettings {
    /// Jobs of one repository at once; as many as there are places where nothing is said.
    pub per_repository: Option<u32>,
    /// How long running jobs may go on after SIGTERM.
    #[serde(with = "time")]
    pub drain_timeout: Duration,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            per_repository: None,
            drain_timeout: Duration::from_secs(10 * 60),
        }
    }
}

impl QueueSettings {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let none = self.per_repository == Some(0);
        checks.refuse_if(none, "queue.per_repository", "must be at least 1");
    }
}

/// `auto_cancel:`: what a repository begins with when it is added. A newer build then cancels
/// older ones of the same branch or pull request that have not begun.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct AutoCancelSettings {
    /// For pushes to a branch.
    pub pushes: bool,
    /// For pull requests.
    pub pull_requests: bool,
}

impl Default for AutoCancelSettings {
    fn default() -> Self {
        Self {
            pushes: true,
            pull_requests: true,
        }
    }
}
