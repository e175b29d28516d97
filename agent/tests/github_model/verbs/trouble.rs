//! Bad days on demand.

use super::super::hooks::Loss;
use super::super::limits::Secondary;
use super::super::mischief::{Mischief, Rule};
use super::GithubModel;
use std::time::Duration;

impl GithubModel {
    /// The next `times` calls like `pattern` meet this: `POST /repos/*/statuses/*`, or
    /// `GET /owner/name.git/*` for git itself. Rules are used up in the order in which they came.
    pub(crate) fn next(&self, times: usize, pattern: &str, mischief: Mischief) {
        if times == 0 {
            return;
        }
        let pattern = pattern.to_owned();
        self.shared.change(|world| {
            world.mischief.push(Rule {
                pattern,
                mischief,
                left: times,
            });
        });
    }

    /// Nothing misbehaves any more.
    pub(crate) fn behave(&self) {
        self.shared.change(|world| world.mischief.clear());
    }

    /// Every token has so many calls left until `reset`, when it has 5,000 again.
    pub(crate) fn leave_calls(&self, calls: u64, reset: Duration) {
        self.shared.change(|world| world.limits.leave(calls, reset));
    }

    /// Turns the secondary limit on, or off.
    pub(crate) fn secondary_limit(&self, limit: Option<Secondary>) {
        self.shared.change(|world| world.limits.secondary(limit));
    }

    /// How many calls came while the caller had been told to wait.
    pub(crate) fn calls_too_early(&self) -> usize {
        self.calls().iter().filter(|call| call.too_early).count()
    }

    /// The next so many deliveries get lost.
    pub(crate) fn lose_deliveries(&self, times: usize, loss: Loss) {
        self.shared
            .change(|world| world.loss = (times > 0).then_some((times, loss)));
    }

    /// Keeps deliveries back until they are released.
    pub(crate) fn hold_deliveries(&self) {
        self.shared.change(|world| {
            world.held.get_or_insert_default();
        });
    }

    /// Sends what was kept back, in the order given: oldest first, or the other way round.
    pub(crate) fn release_deliveries(&self, newest_first: bool) {
        self.shared.change(|world| {
            let mut held = world.held.take().unwrap_or_default();
            if newest_first {
                held.reverse();
            }
            for id in held {
                let _ = world.outgoing.send(id);
            }
        });
    }

    /// How long a receiver has to answer. It is 10 seconds, as on GitHub.
    pub(crate) fn delivery_timeout(&self, timeout: Duration) {
        self.shared.change(|world| world.delivery_timeout = timeout);
    }

    /// How long GitHub takes to try a merge. It is 50 milliseconds.
    pub(crate) fn merge_delay(&self, delay: Duration) {
        self.shared.change(|world| world.merge_delay = delay);
    }

    /// Whether `merge_commit_sha` keeps naming the merge before until the new one is known, as it
    /// does on GitHub at times. `mergeable` is null all the same.
    pub(crate) fn stale_merges(&self, stale: bool) {
        self.shared.change(|world| world.stale_merges = stale);
    }
}
