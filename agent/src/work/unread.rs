//! Builds that have begun and that this version cannot read: they end, so that their jobs hold no
//! place for ever and stop no others.

use super::shared::Shared;
use crate::scheduler::State;
use crate::store::{BuildId, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Since when builds cannot be read here.
#[derive(Debug, Default)]
pub(super) struct Unread(Mutex<HashMap<BuildId, Instant>>);

impl Unread {
    /// Notes that a build cannot be read; whether it could not for so long.
    fn for_long(&self, build: BuildId, long: Duration) -> bool {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.entry(build).or_insert_with(Instant::now).elapsed() >= long
    }

    fn forget(&self, build: BuildId) {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.remove(&build);
    }
}

/// Ends a build that has begun and cannot be read, once that has been so for the time of a lease: an
/// agent of another version on the same database would have gone on with it. Whether it has ended.
///
/// # Errors
/// The database gives nothing now.
pub(super) async fn give_up(
    shared: &Shared,
    build: BuildId,
    error: &StoreError,
) -> Result<bool, StoreError> {
    if !shared
        .unread
        .for_long(build, shared.parts.queue.pace().lease)
    {
        tracing::warn!(%build, %error, "a build cannot be read");
        return Ok(false);
    }
    let (store, now) = (&shared.parts.store, shared.parts.clock.now());
    let reason = format!("it cannot be read: {error}");
    if store.end_begun_unreadable(build, &reason, now).await? {
        tracing::error!(%build, %error, "a build that cannot be read was ended");
        shared.parts.metrics.build_ended(State::Errored);
    }
    shared.unread.forget(build);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_is_given_up_after_a_while_and_begins_anew_when_forgotten() {
        let (unread, long) = (Unread::default(), Duration::from_secs(60));
        let build = BuildId(7);
        assert!(!unread.for_long(build, long));
        tokio::time::advance(long).await;
        assert!(!unread.for_long(BuildId(8), long));
        assert!(unread.for_long(build, long));
        unread.forget(build);
        assert!(!unread.for_long(build, long));
    }
}
