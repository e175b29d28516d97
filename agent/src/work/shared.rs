//! What the tasks of this room share.

use super::board::Board;
use super::trees::BuildTrees;
use super::unread::Unread;
use super::{Handle, Parts};
use crate::conduct;
use crate::queue::Lease;
use crate::scheduler::{Effect, Event};
use crate::store::{BuildId, StoreError, Transition};
use std::sync::Arc;
use tokio_util::task::TaskTracker;

pub(super) struct Shared {
    pub(super) parts: Parts,
    pub(super) handle: Handle,
    pub(super) board: Arc<Board>,
    pub(super) trees: BuildTrees,
    /// What cannot be read here.
    pub(super) unread: Unread,
    /// The name of the data folder, which no other agent has.
    pub(super) identity: String,
    /// Jobs that run.
    pub(super) tasks: TaskTracker,
}

impl Shared {
    /// The name of the instance of one lease. A job that was requeued gets another one, so that what
    /// is left of the first can't be taken for it.
    pub(super) fn instance(&self, lease: &Lease) -> String {
        let identity = self.identity.to_lowercase();
        let Lease {
            job,
            attempt,
            epoch,
            ..
        } = lease;
        format!("{identity}-{}-{attempt}-{epoch}", job.0)
    }

    /// Applies an event and does what follows from it here. `None` where it came too late.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn apply(
        &self,
        build: BuildId,
        event: Event,
        with: &Transition,
    ) -> Result<Option<()>, StoreError> {
        let Parts {
            store, settings, ..
        } = &self.parts;
        let settings = settings.get();
        let prefix = &settings.settings.status.prefix;
        let now = self.parts.clock.now();
        let effects = conduct::apply_with(store, prefix, build, event, with, now).await?;
        for effect in effects.iter().flatten() {
            match effect {
                Effect::Stop(job) => self.handle.stop(build, *job),
                Effect::Enqueue(_) => self.handle.look(),
                Effect::BuildEnded(state) => self.parts.metrics.build_ended(*state),
                Effect::Canceled(_) | Effect::BuildStarted => {}
            }
        }
        Ok(effects.map(|_| ()))
    }
}
