//! Waiting for a database that does not take what has to be stored: ever longer, and not in silence.

use crate::report::duration::short;
use crate::store::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Before the second attempt; each later pause is twice as long.
const FIRST: Duration = Duration::from_secs(2);
/// The longest pause: so long a job may hold its place after the database is well again.
const LONGEST: Duration = Duration::from_secs(60);

/// How many are waiting; clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Unstored(Arc<AtomicUsize>);

impl Unstored {
    pub(super) fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// One who has something to store.
#[derive(Debug)]
pub(super) struct Patience {
    /// What cannot be stored, e.g. `acme/widget job 12.3: its end`.
    what: String,
    began: Instant,
    pause: Duration,
    unstored: Unstored,
    /// Whether it is counted.
    waits: bool,
}

impl Patience {
    pub(super) fn new(what: String, unstored: &Unstored) -> Self {
        Self {
            what,
            began: Instant::now(),
            pause: FIRST,
            unstored: unstored.clone(),
            waits: false,
        }
    }

    /// Says why an attempt failed, and waits before the next one.
    pub(super) async fn wait(&mut self, error: &StoreError) {
        if !self.waits {
            self.waits = true;
            self.unstored.0.fetch_add(1, Ordering::Relaxed);
        }
        let (what, next) = (&self.what, short(self.pause));
        let time = short(self.began.elapsed());
        if error.is_temporary() {
            tracing::warn!(%error, "{what} could not be stored for {time}; next try in {next}");
        } else {
            // Somebody has to put it right.
            tracing::error!(%error, "{what} could not be stored for {time}; next try in {next}");
        }
        sleep(self.pause).await;
        self.pause = (2 * self.pause).min(LONGEST);
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        if self.waits {
            self.unstored.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_a_minute_and_who_waits_is_counted() {
        let unstored = Unstored::default();
        let mut patience = Patience::new("a job".to_owned(), &unstored);
        assert!(!unstored.is_any());
        let error = StoreError::Refused("no".to_owned());
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let began = Instant::now();
            patience.wait(&error).await;
            pauses.push(began.elapsed().as_secs());
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60]);
        assert!(unstored.is_any());
        drop(patience);
        assert!(!unstored.is_any());
    }
}
