//! What the log says of jobs, in words for the operator.

use super::task::Task;
use crate::report::duration::short;
use crate::scheduler::State;
use std::time::Duration;

impl Task {
    /// Its name for people, e.g. `acme/widget job 12.3`.
    pub(super) fn title(&self) -> String {
        let slug = &self.claimed.repository.slug;
        let (build, job) = (self.claimed.build.number, self.claimed.row.plan.number);
        match self.claimed.lease.attempt {
            1 => format!("{slug} job {build}.{job}"),
            attempt => format!("{slug} job {build}.{job}, attempt {attempt},"),
        }
    }

    pub(super) fn tell_begun(&self, how: &str) {
        let parts = &self.shared.parts;
        // By leases: a place is taken, too, while the queue is looked at.
        let (used, settings) = (self.shared.board.leases().len(), parts.settings.get());
        let slots = settings.settings.jobs.parallel();
        tracing::info!("{} {how}; slots in use: {used} of {slots}", self.title());
    }

    pub(super) fn tell_end(&self, state: State, took: Option<Duration>, reason: Option<&str>) {
        let took = took.map(|took| format!(" after {}", short(took)));
        let reason = reason.map(|reason| format!(": {reason}"));
        tracing::info!(
            "{} {}{}{}",
            self.title(),
            state.as_str(),
            took.unwrap_or_default(),
            reason.unwrap_or_default()
        );
    }

    /// From when it was queued until now.
    pub(super) fn waited(&self) -> Option<Duration> {
        let queued = self.claimed.row.attempt.queued?;
        Duration::try_from(self.shared.parts.clock.now().duration_since(queued)).ok()
    }
}
