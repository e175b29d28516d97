//! `webhooks:` and `poll:`: how the daemon learns that something happened.

use super::places::Checks;
use super::units::time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whether GitHub calls.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct WebhookSettings {
    /// Off behind a NAT, where GitHub can't reach the agent; `poll` then does all of it.
    pub enabled: bool,
}

/// Whether and how often GitHub is asked.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct PollSettings {
    /// It also finds what got lost while webhooks are on (reliability R32, R33).
    pub enabled: bool,
    /// Time between two looks at a repository.
    #[serde(with = "time")]
    pub interval: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for PollSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            interval: Duration::from_secs(5 * 60),
        }
    }
}

/// GitHub allows 5,000 calls an hour to one token.
const SHORTEST: Duration = Duration::from_secs(10);

pub(super) fn check(webhooks: WebhookSettings, poll: PollSettings, checks: &mut Checks<'_>) {
    let short = poll.interval < SHORTEST;
    checks.refuse_if(short, "poll.interval", "must be at least 10s");
    if !webhooks.enabled && !poll.enabled {
        checks
            .refuse(
                "poll.enabled",
                "and webhooks.enabled are both false: nothing would ever be built",
            )
            .hint("leave one of them on");
    }
}
