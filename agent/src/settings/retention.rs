//! `retention:`: how long builds and deliveries are kept. Logs have `logs.retention`.

use super::places::Checks;
use super::units::time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long builds and deliveries are kept.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct RetentionSettings {
    /// Time after which a finished build is removed with its jobs and logs. The last build of each
    /// branch, tag and pull request that is there stays.
    #[serde(with = "time")]
    pub builds: Duration,
    /// The newest builds of each repository that are kept at most.
    pub builds_per_repository: u64,
    /// Time after which a delivery that has ended is removed.
    #[serde(with = "time")]
    pub deliveries: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            builds: 365 * DAY,
            builds_per_repository: 5000,
            deliveries: 30 * DAY,
        }
    }
}

impl RetentionSettings {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let short = self.builds < DAY;
        checks.refuse_if(short, "retention.builds", "must be at least 1d");
        let few = self.builds_per_repository < 10;
        checks.refuse_if(
            few,
            "retention.builds_per_repository",
            "must be at least 10",
        );
        // GitHub tells of what it delivered for three days: what is forgotten sooner is found again.
        let short = self.deliveries < 7 * DAY;
        checks.refuse_if(short, "retention.deliveries", "must be at least 7d");
    }
}
