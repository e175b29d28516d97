//! What was counted in worlds.

use std::fmt;
use std::time::Duration;

/// Counts; what must be 0 is told in words, too.
#[derive(Default)]
pub(crate) struct Figures {
    seed: u64,
    pub(crate) worlds: u64,
    pub(crate) virtual_time: Duration,
    pub(crate) kills: u64,
    pub(crate) freezes: u64,
    pub(crate) deliveries: u64,
    pub(crate) lost_webhooks: u64,
    pub(crate) repeated_webhooks: u64,
    pub(crate) builds: u64,
    pub(crate) jobs: u64,
    pub(crate) deployments: u64,
    /// Jobs that are errored because they could not be repeated.
    pub(crate) given_up: u64,
    pub(crate) restarts: u64,
    pub(crate) cancels: u64,
    pub(crate) statuses: u64,
    pub(crate) lost_deliveries: u64,
    pub(crate) duplicate_builds: u64,
    pub(crate) duplicate_deploys: u64,
    pub(crate) wrong_statuses: u64,
    pub(crate) wrong_jobs: u64,
    pub(crate) wrong_logs: u64,
    pub(crate) leftovers: u64,
    pub(crate) stuck: u64,
    /// What is wrong, each with its seed.
    pub(crate) wrong: Vec<String>,
}

impl Figures {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Something that must not be.
    pub(crate) fn wrong(&mut self, what: impl std::fmt::Display) {
        self.wrong.push(format!("seed {}: {what}", self.seed));
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.virtual_time += other.virtual_time;
        self.kills += other.kills;
        self.freezes += other.freezes;
        self.deliveries += other.deliveries;
        self.lost_webhooks += other.lost_webhooks;
        self.repeated_webhooks += other.repeated_webhooks;
        self.builds += other.builds;
        self.jobs += other.jobs;
        self.deployments += other.deployments;
        self.given_up += other.given_up;
        self.restarts += other.restarts;
        self.cancels += other.cancels;
        self.statuses += other.statuses;
        self.lost_deliveries += other.lost_deliveries;
        self.duplicate_builds += other.duplicate_builds;
        self.duplicate_deploys += other.duplicate_deploys;
        self.wrong_statuses += other.wrong_statuses;
        self.wrong_jobs += other.wrong_jobs;
        self.wrong_logs += other.wrong_logs;
        self.leftovers += other.leftovers;
        self.stuck += other.stuck;
        self.wrong.extend(other.wrong);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.virtual_time.as_secs() / 3600;
        writeln!(
            f,
            "kills {}, freezes {}, in {} worlds of {hours} virtual hours",
            self.kills, self.freezes, self.worlds
        )?;
        writeln!(
            f,
            "webhooks {} (lost on their way {}, repeated {}), builds {}, job attempts {}, \
             deploying {}, given up {}, restarts {}, cancels {}, statuses {}",
            self.deliveries,
            self.lost_webhooks,
            self.repeated_webhooks,
            self.builds,
            self.jobs,
            self.deployments,
            self.given_up,
            self.restarts,
            self.cancels,
            self.statuses,
        )?;
        write!(
            f,
            "lost deliveries {}, duplicate builds {}, duplicate deploys {}, wrong final statuses {}, \
             wrong jobs {}, wrong logs {}, leftovers {}, stuck {}",
            self.lost_deliveries,
            self.duplicate_builds,
            self.duplicate_deploys,
            self.wrong_statuses,
            self.wrong_jobs,
            self.wrong_logs,
            self.leftovers,
            self.stuck,
        )
    }
}
