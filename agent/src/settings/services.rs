//! `services:`: what the containers beside a job may use.

use super::places::Checks;
use super::units::{cpus, size};
use crate::backend::Limits;
use serde::{Deserialize, Serialize};

/// Limits of each service of a job, apart from those of the job itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct ServicesSettings {
    /// Bytes of memory of a service, e.g. `2GiB`; half of it at most for data that is kept in memory.
    #[serde(with = "size")]
    pub memory: u64,
    /// Processes and threads of a service.
    pub pids: i64,
    /// Processors of a service, e.g. `2` or `1.5`.
    #[serde(rename = "cpus", with = "cpus")]
    pub cpu_millis: i64,
}

impl Default for ServicesSettings {
    fn default() -> Self {
        Self {
            memory: 2 << 30,
            pids: 2048,
            cpu_millis: 2000,
        }
    }
}

impl ServicesSettings {
    /// The limits of a service's container.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.memory,
            pids: self.pids,
            cpu_millis: self.cpu_millis,
            shm: 64 << 20,
            // What they write beside their data in memory counts for the job.
            disk: u64::MAX,
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        checks.refuse_if(
            self.memory < 16 << 20,
            "services.memory",
            "must be at least 16MiB",
        );
        checks.refuse_if(self.pids < 16, "services.pids", "must be at least 16");
        checks.refuse_if(
            self.cpu_millis < 10,
            "services.cpus",
            "must be at least 0.01",
        );
    }
}
