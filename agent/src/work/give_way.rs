//! Older builds and jobs of a group give way to a newer one by `cancel: true`.

use super::shared::Shared;
use crate::scheduler::Event;
use crate::store::{StoreError, Transition};

/// Cancels all that give way. To be asked again and again does no harm: what is asked to stop already is
/// not named, and what was restarted since is refused.
///
/// # Errors
/// The database gives nothing now.
pub(super) async fn give_way(shared: &Shared) -> Result<(), StoreError> {
    for one in shared.parts.store.giving_way().await? {
        let with = Transition {
            if_turn: Some(one.turn),
            gave_way: Some(one.why.clone()),
            ..Transition::default()
        };
        let event = one.job.map_or(Event::GiveWay, Event::JobGivesWay);
        match shared.apply(one.build, event, &with).await {
            Ok(Some(())) => {
                tracing::info!(build = %one.build, job = one.job, "canceled: {}", one.why);
            }
            Ok(None) => {}
            Err(error) if error.is_of_one_row() => {
                tracing::warn!(build = %one.build, %error, "what gives way cannot be read");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
