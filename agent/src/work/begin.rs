//! New builds begin.

use super::shared::Shared;
use crate::scheduler::{Event, State};
use crate::store::{BuildId, StoreError, Transition};

/// Builds that are looked at together.
const BUILDS: u32 = 100;

/// Lets all new builds begin. One that cannot be read does not hold the others up, and ends after a
/// while.
///
/// # Errors
/// The database gives nothing now.
pub(super) async fn begin_builds(shared: &Shared) -> Result<(), StoreError> {
    let mut last = BuildId(0);
    loop {
        let builds = shared.parts.store.new_builds(last, BUILDS).await?;
        for build in &builds {
            match begin(shared, *build).await {
                Ok(()) => {}
                Err(error) if error.is_temporary() => return Err(error),
                Err(error) if error.is_of_one_row() => give_up(shared, *build, &error).await?,
                Err(error) => tracing::error!(%build, %error, "a build cannot begin"),
            }
        }
        match builds.last() {
            Some(newest) if builds.len() == BUILDS as usize => last = *newest,
            _ => return Ok(()),
        }
    }
}

/// Lets a build begin whose jobs can all be read.
async fn begin(shared: &Shared, build: BuildId) -> Result<(), StoreError> {
    shared.parts.store.jobs(build).await?;
    let with = Transition::default();
    shared.apply(build, Event::Begin, &with).await.map(|_| ())
}

async fn give_up(shared: &Shared, build: BuildId, error: &StoreError) -> Result<(), StoreError> {
    let (store, now) = (&shared.parts.store, shared.parts.clock.now());
    let reason = format!("it cannot be read: {error}");
    // An agent of another version on the same database would have begun it in the meantime.
    let long = shared.parts.queue.pace().lease;
    let unread = now.checked_sub(long).unwrap_or(now);
    match store.end_unreadable(build, &reason, unread, now).await {
        Ok(true) => {
            tracing::error!(%build, %error, "a build that cannot be read was ended");
            shared.parts.metrics.build_ended(State::Errored);
        }
        Ok(false) => tracing::warn!(%build, %error, "a build cannot be read"),
        Err(error) if error.is_temporary() => return Err(error),
        Err(other) => tracing::error!(%build, %error, %other, "a build cannot be read or ended"),
    }
    Ok(())
}
