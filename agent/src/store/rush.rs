//! How many deliveries are being stored just now: what can wait makes way for them.

use super::Store;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// So many at once are no rush.
const FEW: usize = 8;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// Those who wait until their delivery is stored.
#[derive(Debug, Default)]
pub(super) struct Rush(AtomicUsize);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Caller(Arc<Rush>);

impl Rush {
    pub(super) fn join(self: &Arc<Self>) -> Caller {
        self.0.fetch_add(1, Ordering::Relaxed);
        Caller(Arc::clone(self))
    }

    async fn over(&self) {
        while self.0.load(Ordering::Relaxed) > FEW {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Waits while many deliveries are being stored, at most so long. SQLite has one writer, and
    /// whoever delivered waits for an answer.
    pub async fn after_the_rush(&self, longest: Duration) {
        // Whether it is over or the time is, the caller goes on.
        let _ = tokio::time::timeout(longest, self.intake.rush.over()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rush_is_over_when_few_are_left_who_wait() {
        let rush = Arc::new(Rush::default());
        let within = |time| tokio::time::timeout(time, rush.over());
        let few: Vec<_> = (0..FEW).map(|_| rush.join()).collect();
        assert!(within(Duration::ZERO).await.is_ok());
        let one_more = rush.join();
        assert!(within(Duration::from_secs(60)).await.is_err());
        drop(one_more);
        assert!(within(2 * LOOK).await.is_ok());
        drop(few);
    }
}
