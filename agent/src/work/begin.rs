//! New builds begin.

use super::shared::Shared;
use crate::scheduler::{Event, State};
use crate::store::{BuildId, StoreError, Transition};
use jiff::SignedDuration;

/// Builds that are looked at together.
const BUILDS: u32 = 100;
/// What could not be read for so long is read by nobody: an agent of a newer version on the same
/// database would have begun it.
const UNREAD: SignedDuration = SignedDuration::from_secs(60);

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
            let with = Transition::default();
            match shared.apply(*build, Event::Begin, &with).await {
                Ok(_) => {}
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

async fn give_up(shared: &Shared, build: BuildId, error: &StoreError) -> Result<(), StoreError> {
    let (store, now) = (&shared.parts.store, shared.parts.clock.now());
    let reason = format!("it cannot be read: {error}");
    let unread = now.checked_sub(UNREAD).unwrap_or(now);
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
