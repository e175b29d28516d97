//! The time of a world, which all its agents live in.

use agent::clock::Clock;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// Each agent's runtime has a clock of its own; this is the one that all are set by.
pub(crate) struct Time {
    zero: Instant,
    now: Mutex<Instant>,
}

impl Time {
    pub(crate) fn new() -> Arc<Self> {
        // A clock can't be set back: the world is ahead of the machine from its beginning.
        let zero = Instant::now() + Duration::from_secs(24 * 3600);
        Arc::new(Self {
            zero,
            now: Mutex::new(zero),
        })
    }

    /// How far the world has come.
    pub(crate) fn now(&self) -> Instant {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, now: Instant) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Since the world's beginning: within an agent, as far as that one has come.
    pub(crate) fn elapsed(&self) -> Duration {
        let now = match Handle::try_current() {
            Ok(_) => Instant::now(),
            Err(_) => self.now(),
        };
        now.saturating_duration_since(self.zero)
    }

    pub(crate) fn clock(self: &Arc<Self>) -> Clock {
        let time = Arc::clone(self);
        let epoch = Timestamp::from_second(1_800_000_000).unwrap();
        Clock::new(move || epoch + time.elapsed())
    }
}
