//! How fast leases are given, renewed and lost.

use std::time::Duration;

/// How long a lease lasts without being renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often a holder renews.
pub const HEARTBEAT: Duration = Duration::from_secs(20);
/// A holder that could not renew for so long stops its own job before others take it.
pub const FENCE: Duration = Duration::from_secs(45);

/// The times of leases. All agents of a database must keep the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a lease lasts without being renewed.
    pub lease: Duration,
    /// How often a holder renews.
    pub heartbeat: Duration,
    /// A holder that could not renew for so long stops its own job before others take it.
    pub fence: Duration,
    /// A database that takes longer than this to renew is not waited for.
    pub patience: Duration,
    /// Until the next attempt to renew after one that failed.
    pub again: Duration,
    /// How often leftovers and lost leases are looked for.
    pub tidy: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: LEASE,
            heartbeat: HEARTBEAT,
            fence: FENCE,
            patience: Duration::from_secs(3),
            again: Duration::from_secs(1),
            tidy: Duration::from_secs(20),
        }
    }
}

impl Pace {
    /// The same so many times as fast, for tests that wait for leases to end.
    #[must_use]
    pub fn faster(self, times: u32) -> Self {
        Self {
            lease: self.lease / times,
            heartbeat: self.heartbeat / times,
            fence: self.fence / times,
            patience: self.patience / times,
            again: self.again / times,
            tidy: self.tidy / times,
        }
    }

    /// The length of a lease in milliseconds.
    pub(super) fn lease_millis(&self) -> i64 {
        i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A renewal that began in time and was not answered is given up, and the job stopped, while
    /// nobody else may have it.
    #[test]
    fn who_cannot_renew_has_time_to_stop_before_the_lease_ends() {
        let pace = Pace::default();
        assert!(pace.heartbeat + pace.patience + pace.again < pace.fence);
        assert!(pace.fence + pace.patience + pace.again < pace.lease);
    }
}
