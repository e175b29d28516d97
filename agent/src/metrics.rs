//! What the agent counts about itself, for Prometheus. No figure names a repository.
//!
//! Names and units follow Prometheus' conventions; docs/running.md lists them.

use crate::janitor::{Removed, Usage};
use crate::scheduler::State;
use crate::store::DeliveryOutcome;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfState {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPart {
    part: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfAnswer {
    status: u16,
}

/// The agent's figures. Each is told by the room that knows it.
pub struct Metrics {
    registry: Registry,
    builds: Family<OfState, Counter>,
    jobs: Family<OfState, Counter>,
    took: Histogram,
    waited: Histogram,
    running: Gauge,
    slots: Gauge,
    queued: Gauge,
    gated: Gauge,
    too_full: Gauge,
    leases_lost: Counter,
    webhooks: Family<OfAnswer, Counter>,
    deliveries: Family<OfOutcome, Counter>,
    statuses_sent: Counter,
    statuses_failed: Counter,
    github_budget: Gauge,
    removed: Family<OfKind, Counter>,
    data: Family<OfPart, Gauge>,
    free: Gauge,
    log_bytes: Counter,
    viewers: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// All at nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("agent"),
            builds: Family::default(),
            jobs: Family::default(),
            // From a second to two hours.
            took: Histogram::new(exponential_buckets(1.0, 2.0, 14)),
            waited: Histogram::new(exponential_buckets(0.01, 4.0, 10)),
            running: Gauge::default(),
            slots: Gauge::default(),
            queued: Gauge::default(),
            gated: Gauge::default(),
            too_full: Gauge::default(),
            leases_lost: Counter::default(),
            webhooks: Family::default(),
            deliveries: Family::default(),
            statuses_sent: Counter::default(),
            statuses_failed: Counter::default(),
            github_budget: Gauge::default(),
            removed: Family::default(),
            data: Family::default(),
            free: Gauge::default(),
            log_bytes: Counter::default(),
            viewers: Gauge::default(),
        };
        metrics.register_jobs();
        metrics.register_rest();
        metrics.begin();
        metrics
    }

    /// What can be counted stands at nothing from the start, so that its first change is seen.
    fn begin(&self) {
        for state in [
            State::Passed,
            State::Failed,
            State::Errored,
            State::Canceled,
        ] {
            let state = state.as_str();
            drop(self.builds.get_or_create(&OfState { state }));
            drop(self.jobs.get_or_create(&OfState { state }));
        }
        for outcome in ["build", "skipped", "ignored", "error"] {
            drop(self.deliveries.get_or_create(&OfOutcome { outcome }));
        }
        self.removed(Removed::default());
        self.github_budget.set(-1);
    }

    fn register_jobs(&mut self) {
        let all = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        all.register("build", "The agent's version", version);
        let builds = "Builds whose result is known, by it";
        all.register("builds", builds, self.builds.clone());
        let jobs = "Jobs that ended here, by their state";
        all.register("jobs", jobs, self.jobs.clone());
        let took = "From a job's container starting to its end";
        all.register_with_unit("job_duration", took, Unit::Seconds, self.took.clone());
        let waited = "From a job being queued to an agent taking it";
        all.register_with_unit("job_wait", waited, Unit::Seconds, self.waited.clone());
        let running = "Jobs that run here now";
        all.register("jobs_running", running, self.running.clone());
        let slots = "Jobs that may run here at once";
        all.register("job_slots", slots, self.slots.clone());
        let queued = "Jobs that wait for any agent of this database";
        all.register("jobs_queued", queued, self.queued.clone());
        let gated = "Jobs that wait for a group of concurrency";
        all.register("jobs_waiting_for_group", gated, self.gated.clone());
        let full = "Whether no job begins here because too little of a disk is free";
        all.register("disk_too_full", full, self.too_full.clone());
        let lost = "Jobs that were let go because their lease could not be kept";
        all.register("leases_lost", lost, self.leases_lost.clone());
    }

    fn register_rest(&mut self) {
        let all = &mut self.registry;
        let webhooks = "Webhooks, by the status of their answer";
        all.register("webhooks", webhooks, self.webhooks.clone());
        let deliveries = "Deliveries that ended, by what became of them";
        all.register("deliveries", deliveries, self.deliveries.clone());
        let sent = "Commit statuses that GitHub took";
        all.register("statuses_sent", sent, self.statuses_sent.clone());
        let failed = "Attempts at a commit status that failed";
        all.register("statuses_failed", failed, self.statuses_failed.clone());
        let budget = "Requests that GitHub still allows in this hour; -1 before it said so";
        all.register("github_requests_left", budget, self.github_budget.clone());
        let log = "Bytes of job logs that were stored";
        all.register_with_unit("log", log, Unit::Bytes, self.log_bytes.clone());
        let viewers = "Readers of growing logs";
        all.register("log_viewers", viewers, self.viewers.clone());
        let removed = "What was removed because it was old, by its kind";
        all.register("removed", removed, self.removed.clone());
        let data = "Disk space that the data folder takes, by its part; looked at once an hour";
        all.register_with_unit("data", data, Unit::Bytes, self.data.clone());
        let free = "Disk space that is left for the data folder";
        all.register_with_unit("data_free", free, Unit::Bytes, self.free.clone());
    }

    /// A build's result is known.
    pub fn build_ended(&self, state: State) {
        let state = state.as_str();
        self.builds.get_or_create(&OfState { state }).inc();
    }

    /// A job ended here, after its container had run for so long, if it had.
    pub fn job_ended(&self, state: State, took: Option<Duration>) {
        let state = state.as_str();
        self.jobs.get_or_create(&OfState { state }).inc();
        if let Some(took) = took {
            self.took.observe(took.as_secs_f64());
        }
    }

    /// How many jobs run here now, and how many may.
    pub fn running(&self, running: usize, slots: usize) {
        self.running.set(whole(running));
        self.slots.set(whole(slots));
    }

    /// How many jobs wait now.
    pub fn queued(&self, (queued, gated): (u64, u64)) {
        self.queued.set(i64::try_from(queued).unwrap_or(i64::MAX));
        self.gated.set(i64::try_from(gated).unwrap_or(i64::MAX));
    }

    /// Whether no job begins here because too little of a disk is free.
    pub fn too_full(&self, full: bool) {
        self.too_full.set(i64::from(full));
    }

    /// A job was claimed so long after it was queued.
    pub fn claimed(&self, waited: Duration) {
        self.waited.observe(waited.as_secs_f64());
    }

    /// The lease of a running job could not be kept.
    pub fn lease_lost(&self) {
        self.leases_lost.inc();
    }

    /// A delivery ended.
    pub fn delivery_ended(&self, outcome: &DeliveryOutcome) {
        let outcome = match outcome {
            DeliveryOutcome::Build(_) => "build",
            DeliveryOutcome::Skipped(_) => "skipped",
            DeliveryOutcome::Ignored(_) => "ignored",
            DeliveryOutcome::Error(_) => "error",
        };
        self.deliveries.get_or_create(&OfOutcome { outcome }).inc();
    }

    /// Old things were removed.
    pub fn removed(&self, removed: Removed) {
        for (kind, count) in [
            ("build", removed.builds),
            ("delivery", removed.deliveries),
            ("log", removed.logs),
        ] {
            self.removed.get_or_create(&OfKind { kind }).inc_by(count);
        }
    }

    /// What the data folder takes of its disk.
    pub fn data(&self, usage: &Usage) {
        // A part that is gone is not told of any more.
        self.data.clear();
        for (part, bytes) in &usage.parts {
            let part = part.clone();
            let gauge = self.data.get_or_create(&OfPart { part });
            gauge.set(i64::try_from(*bytes).unwrap_or(i64::MAX));
        }
        self.free.set(i64::try_from(usage.free).unwrap_or(i64::MAX));
    }

    /// A webhook was answered.
    pub fn webhook_answered(&self, status: u16) {
        self.webhooks.get_or_create(&OfAnswer { status }).inc();
    }

    /// GitHub took a commit status.
    pub fn status_sent(&self) {
        self.statuses_sent.inc();
    }

    /// An attempt at a commit status failed.
    pub fn status_failed(&self) {
        self.statuses_failed.inc();
    }

    /// What GitHub said is left of this hour's requests.
    pub fn github_budget(&self, left: u64) {
        self.github_budget
            .set(i64::try_from(left).unwrap_or(i64::MAX));
    }

    /// Bytes of a job's log were stored.
    pub fn log_stored(&self, bytes: u64) {
        self.log_bytes.inc_by(bytes);
    }

    /// How many read growing logs now.
    pub fn log_viewers(&self, count: usize) {
        self.viewers.set(whole(count));
    }

    /// All figures in the OpenMetrics text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_told_in_prometheus_format() {
        let metrics = Metrics::new();
        metrics.build_ended(State::Passed);
        metrics.build_ended(State::Passed);
        metrics.job_ended(State::Failed, Some(Duration::from_secs(70)));
        metrics.job_ended(State::Errored, None);
        metrics.running(3, 8);
        metrics.queued((4, 2));
        metrics.lease_lost();
        metrics.delivery_ended(&DeliveryOutcome::Skipped("x".to_owned()));
        metrics.removed(Removed {
            builds: 1,
            deliveries: 2,
            logs: 3,
        });
        metrics.data(&Usage {
            parts: [("logs".to_owned(), 4096)].into(),
            free: 8192,
        });
        metrics.claimed(Duration::from_millis(20));
        metrics.webhook_answered(202);
        metrics.status_sent();
        metrics.status_failed();
        metrics.github_budget(4711);
        metrics.log_stored(65_536);
        metrics.log_viewers(2);
        let text = metrics.text();
        for line in [
            "agent_builds_total{state=\"passed\"} 2",
            "agent_jobs_total{state=\"failed\"} 1",
            "agent_jobs_total{state=\"errored\"} 1",
            "agent_job_duration_seconds_count 1",
            "agent_job_duration_seconds_bucket{le=\"64.0\"} 0",
            "agent_job_duration_seconds_bucket{le=\"128.0\"} 1",
            "agent_jobs_running 3",
            "agent_job_slots 8",
            "agent_jobs_queued 4",
            "agent_jobs_waiting_for_group 2",
            "agent_job_wait_seconds_count 1",
            "agent_leases_lost_total 1",
            "agent_deliveries_total{outcome=\"skipped\"} 1",
            "agent_removed_total{kind=\"log\"} 3",
            "agent_data_bytes{part=\"logs\"} 4096",
            "agent_data_free_bytes 8192",
            "agent_webhooks_total{status=\"202\"} 1",
            "agent_statuses_sent_total 1",
            "agent_statuses_failed_total 1",
            "agent_github_requests_left 4711",
            "agent_log_bytes_total 65536",
            "agent_log_viewers 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
