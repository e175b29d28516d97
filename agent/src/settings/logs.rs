//! `logs:`: how much of the jobs' logs is kept, and for how long.

use super::places::Checks;
use super::units::{size, time};
use crate::log::Limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much of the jobs' logs is kept, and for how long.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct LogSettings {
    /// Bytes kept of the beginning of a log (decision 23).
    #[serde(with = "size")]
    pub head: u64,
    /// Bytes kept of its end.
    #[serde(with = "size")]
    pub tail: u64,
    /// Time after which a finished build's logs are removed.
    #[serde(with = "time")]
    pub retention: Duration,
}

impl Default for LogSettings {
    fn default() -> Self {
        let Limits { head, tail } = Limits::default();
        Self {
            head,
            tail,
            retention: Duration::from_secs(90 * 24 * 3600),
        }
    }
}

/// Less does not even hold a failing test's message.
pub const SMALLEST_LOG: u64 = 64 << 10;

impl LogSettings {
    /// The limits of a log.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            head: self.head,
            tail: self.tail,
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.refuse_if(
            self.head < SMALLEST_LOG,
            "logs.head",
            "must be at least 64KiB",
        );
        checks.refuse_if(
            self.tail < SMALLEST_LOG,
            "logs.tail",
            "must be at least 64KiB",
        );
        let short = self.retention < Duration::from_secs(3600);
        checks.refuse_if(short, "logs.retention", "must be at least 1h");
    }
}
