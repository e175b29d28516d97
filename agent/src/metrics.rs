//! What the agent counts about itself, for Prometheus. No figure names a repository.

use crate::scheduler::State;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfState {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfAnswer {
    status: u16,
}

/// The agent's figures. Each is told by the room that knows it.
pub struct Metrics {
    registry: Registry,
    builds: Family<OfState, Counter>,
    running: Gauge,
    queued: Gauge,
    claim: Histogram,
    webhooks: Family<OfAnswer, Counter>,
    statuses_sent: Counter,
    statuses_failed: Counter,
    github_budget: Gauge,
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
            running: Gauge::default(),
            queued: Gauge::default(),
            claim: Histogram::new(exponential_buckets(0.001, 4.0, 10)),
            webhooks: Family::default(),
            statuses_sent: Counter::default(),
            statuses_failed: Counter::default(),
            github_budget: Gauge::default(),
            log_bytes: Counter::default(),
            viewers: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let all = &mut self.registry;
        let builds = "Builds that ended, by their state";
        all.register("builds", builds, self.builds.clone());
        all.register("jobs_running", "Jobs that run now", self.running.clone());
        all.register("jobs_queued", "Jobs that wait", self.queued.clone());
        let claim = "From a job being queued to an agent taking it";
        all.register_with_unit("claim", claim, Unit::Seconds, self.claim.clone());
        let webhooks = "Webhooks, by the status of their answer";
        all.register("webhooks", webhooks, self.webhooks.clone());
        let sent = "Commit statuses that GitHub took";
        all.register("statuses_sent", sent, self.statuses_sent.clone());
        let failed = "Attempts at a commit status that failed";
        all.register("statuses_failed", failed, self.statuses_failed.clone());
        let budget = "Requests that GitHub still allows in this hour";
        all.register("github_budget", budget, self.github_budget.clone());
        let log = "Bytes of job logs that were stored";
        all.register_with_unit("log", log, Unit::Bytes, self.log_bytes.clone());
        let viewers = "Readers of growing logs";
        all.register("log_viewers", viewers, self.viewers.clone());
    }

    /// A build's result is known.
    pub fn build_ended(&self, state: State) {
        let state = state.as_str();
        self.builds.get_or_create(&OfState { state }).inc();
    }

    /// How many jobs run and wait now.
    pub fn jobs(&self, running: usize, queued: usize) {
        self.running.set(whole(running));
        self.queued.set(whole(queued));
    }

    /// A job was claimed so long after it was queued.
    pub fn claimed(&self, waited: Duration) {
        self.claim.observe(waited.as_secs_f64());
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
        metrics.jobs(3, 4);
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
            "agent_jobs_running 3",
            "agent_jobs_queued 4",
            "agent_claim_seconds_count 1",
            "agent_webhooks_total{status=\"202\"} 1",
            "agent_statuses_sent_total 1",
            "agent_statuses_failed_total 1",
            "agent_github_budget 4711",
            "agent_log_bytes_total 65536",
            "agent_log_viewers 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
