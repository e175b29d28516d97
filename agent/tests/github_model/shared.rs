//! The one state behind verbs, server and postman.

use super::pushing::Try;
use super::state::World;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// The world under its lock, and a bell for whoever waits for something to happen in it.
pub(crate) struct Shared {
    world: Mutex<World>,
    changed: watch::Sender<()>,
    /// The model's own runtime: a test that blocks, or that has stopped its clock, stops nothing here.
    runtime: Handle,
}

impl Shared {
    pub(crate) fn new(world: World, runtime: Handle) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            changed: watch::channel(()).0,
            runtime,
        })
    }

    /// Looks, or changes what nobody waits for.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes something and rings the bell.
    pub(crate) fn change<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let done = self.with(work);
        self.changed.send_replace(());
        done
    }

    /// Tries merges as late as GitHub does.
    pub(crate) fn try_merges(self: &Arc<Self>, tries: Vec<Try>) {
        if tries.is_empty() {
            return;
        }
        let shared = Arc::clone(self);
        let delay = self.with(|world| world.merge_delay);
        self.runtime.spawn(async move {
            tokio::time::sleep(delay).await;
            let _ = tokio::task::spawn_blocking(move || {
                for one in tries {
                    shared.change(|world| world.try_merge(one));
                }
            })
            .await;
        });
    }

    /// Waits until `look` finds something, or the time is up.
    pub(crate) async fn until<T: Send + 'static>(
        self: &Arc<Self>,
        patience: Duration,
        mut look: impl FnMut(&mut World) -> Option<T> + Send + 'static,
    ) -> Option<T> {
        let shared = Arc::clone(self);
        let waiting = self.runtime.spawn(async move {
            // Listens before it looks, so that no change is missed between the two.
            let mut bell = shared.changed.subscribe();
            let waiting = async {
                loop {
                    bell.mark_unchanged();
                    if let Some(found) = shared.with(&mut look) {
                        return Some(found);
                    }
                    if bell.changed().await.is_err() {
                        return None;
                    }
                }
            };
            tokio::time::timeout(patience, waiting).await.ok().flatten()
        });
        waiting.await.ok().flatten()
    }
}
