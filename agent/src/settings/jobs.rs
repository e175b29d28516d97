//! `jobs:`: limits of a job, and what it needs of the host's network.

use super::places::Checks;
use super::units::{cpus, size, time};
use crate::backend::{Limits, Pull};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Less memory does not even start a shell and its helpers.
pub const SMALLEST_MEMORY: u64 = 16 << 20;
/// Less disk does not hold a work tree.
pub const SMALLEST_DISK: u64 = 16 << 20;

/// More networks than that are not kept for later jobs.
const MOST_WARM_NETWORKS: usize = 8;

/// How jobs run.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct JobSettings {
    /// Jobs that run at once; 0 means one per processor, at least two.
    pub parallel: usize,
    /// Bytes of memory of a job, e.g. `4GiB`; swap is off.
    #[serde(with = "size")]
    pub memory: u64,
    /// Processes and threads of a job.
    pub pids: i64,
    /// Processors of a job, e.g. `2` or `1.5`.
    #[serde(rename = "cpus", with = "cpus")]
    pub cpu_millis: i64,
    /// Bytes that a job may take on the disk of Docker, e.g. `20GiB`.
    #[serde(with = "size")]
    pub disk: u64,
    /// Bytes that must be free on the disks of Docker and of the data folder for a job to begin; 0
    /// for no floor.
    #[serde(with = "size")]
    pub free_space: u64,
    /// Time without any output after which a job is stopped, e.g. `10m`.
    #[serde(with = "time")]
    pub silence_limit: Duration,
    /// Time after which a job is stopped in any case, e.g. `50m`.
    #[serde(with = "time")]
    pub hard_limit: Duration,
    /// Time between asking a job to stop and killing it.
    #[serde(with = "time")]
    pub grace: Duration,
    /// Certificate authorities that jobs, their Docker daemons and image builds trust (PEM).
    pub ca_file: Option<PathBuf>,
    /// Proxies of jobs, their Docker daemons and image builds.
    pub proxy: ProxySettings,
    /// The image of `language: generic`, and of the jobs' Docker daemons.
    pub base_image: String,
    /// When images of jobs are pulled, where no rule of `images` says otherwise.
    pub pull: Pull,
}

/// `jobs.proxy`: the usual three variables.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct ProxySettings {
    /// For `http://`.
    pub http: Option<String>,
    /// For `https://`.
    pub https: Option<String>,
    /// Hosts that are reached directly.
    pub no_proxy: Option<String>,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            parallel: 0,
            memory: 4 << 30,
            pids: 4096,
            cpu_millis: 2000,
            disk: 20 << 30,
            free_space: 1 << 30,
            silence_limit: Duration::from_secs(10 * 60),
            hard_limit: Duration::from_secs(50 * 60),
            grace: Duration::from_secs(10),
            ca_file: None,
            proxy: ProxySettings::default(),
            base_image: "agent-base:latest".to_owned(),
            pull: Pull::default(),
        }
    }
}

impl JobSettings {
    /// The container's limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.memory,
            pids: self.pids,
            cpu_millis: self.cpu_millis,
            shm: 64 << 20,
            disk: self.disk,
        }
    }

    /// How many jobs run at once.
    #[must_use]
    pub fn parallel(&self) -> usize {
        if self.parallel > 0 {
            return self.parallel;
        }
        std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
    }

    /// How many networks of ended jobs wait for later ones: an engine's addresses last for about thirty.
    #[must_use]
    pub fn warm_networks(&self) -> usize {
        self.parallel().min(MOST_WARM_NETWORKS)
    }

    /// Refuses values that would switch a limit off by mistake (security T18).
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        for (name, limit) in [
            ("jobs.silence_limit", self.silence_limit),
            ("jobs.hard_limit", self.hard_limit),
        ] {
            checks.refuse_if(limit.is_zero(), name, "must be more than 0");
        }
        checks.refuse_if(
            self.memory < SMALLEST_MEMORY,
            "jobs.memory",
            "must be at least 16MiB",
        );
        checks.refuse_if(
            self.disk < SMALLEST_DISK,
            "jobs.disk",
            "must be at least 16MiB",
        );
        checks.refuse_if(self.pids < 16, "jobs.pids", "must be at least 16");
        checks.refuse_if(self.cpu_millis < 10, "jobs.cpus", "must be at least 0.01");
        checks.file("jobs.ca_file", self.ca_file.as_deref());
    }
}

impl ProxySettings {
    /// As environment variables, in both spellings that programs look for.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        [
            ("http_proxy", &self.http),
            ("https_proxy", &self.https),
            ("no_proxy", &self.no_proxy),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .flat_map(|(name, value)| {
            [
                (name.to_uppercase(), value.clone()),
                (name.to_owned(), value),
            ]
        })
        .collect()
    }
}
