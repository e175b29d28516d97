//! How others reach jobs that run here.

use super::board::Board;
use super::floor::Floor;
use super::patience::Unstored;
use crate::store::BuildId;
use std::sync::Arc;
use tokio::sync::Notify;

/// Reaches the jobs that run on this agent. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(super) board: Arc<Board>,
    pub(super) unstored: Unstored,
    pub(super) floor: Floor,
    built: Arc<Notify>,
}

impl Handle {
    pub(super) fn new(built: Arc<Notify>) -> Self {
        Self {
            board: Arc::default(),
            unstored: Unstored::default(),
            floor: Floor::default(),
            built,
        }
    }

    /// Asks a job, by its number in its build, to stop: TERM, its grace time, KILL. To be called for
    /// each [`Effect::Stop`](crate::scheduler::Effect::Stop). A job that runs on another agent hears
    /// of it with that agent's next heartbeat, one that runs nowhere has ended already.
    pub fn stop(&self, build: BuildId, job: u32) {
        self.board.stop_number(build, job);
    }

    /// Whether the database takes what jobs here come to. Where it does not, they hold their places
    /// until it does.
    #[must_use]
    pub fn stores(&self) -> bool {
        !self.unstored.is_any()
    }

    /// Whether there is room on the disks for a job to begin. Where there is not, jobs wait.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.floor.is_reached()
    }

    /// Says that jobs may wait in the queue, or a build to begin: after a restart, for example.
    pub fn look(&self) {
        self.built.notify_one();
    }
}
