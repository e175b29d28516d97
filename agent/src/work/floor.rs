//! The floor of free space: below it no job begins here, and what waits goes on waiting (security
//! T16).

use super::shared::Shared;
use crate::space;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The engine may be moved to another disk, or come up later.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// Whether the disks are too full for a job. Clones tell the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Floor {
    reached: Arc<AtomicBool>,
    folders: Arc<Mutex<Folders>>,
}

/// Where jobs leave something, and when the engine was asked.
#[derive(Debug, Default)]
struct Folders {
    asked: Option<Instant>,
    known: Vec<PathBuf>,
}

impl Floor {
    /// Whether the last look found too little room.
    pub(super) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }
}

/// Looks whether there is room for a job; says so when that changes.
pub(super) async fn has_room(shared: &Shared) -> bool {
    let parts = &shared.parts;
    let settings = parts.settings.get();
    let floor = settings.settings.jobs.free_space;
    let full = if floor == 0 {
        None
    } else {
        let folders = folders(shared).await;
        // A disk of the network may take its time.
        let look = tokio::task::spawn_blocking(move || space::below(floor, &folders));
        look.await.unwrap_or_default()
    };
    let before = shared
        .handle
        .floor
        .reached
        .swap(full.is_some(), Ordering::Relaxed);
    parts.metrics.too_full(full.is_some());
    match &full {
        Some(disk) if !before => tracing::warn!("no job begins: {}", disk.told(floor)),
        None if before => tracing::info!("there is room again: jobs begin"),
        _ => {}
    }
    full.is_none()
}

/// Where jobs leave something: the data folder, and where the engine keeps containers and images.
async fn folders(shared: &Shared) -> Vec<PathBuf> {
    let mut folders = shared.handle.floor.folders.lock().await;
    if folders
        .asked
        .is_none_or(|asked| asked.elapsed() >= ASK_AGAIN)
    {
        let of_engine = shared.parts.backend.folders().await;
        // An engine that does not answer keeps its things where it did.
        if !of_engine.is_empty() || folders.known.is_empty() {
            folders.known = vec![shared.parts.settings.get().data.clone()];
            folders.known.extend(of_engine);
        }
        folders.asked = Some(Instant::now());
    }
    folders.known.clone()
}
