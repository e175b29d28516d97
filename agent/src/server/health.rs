//! `GET /healthz` and `GET /readyz`.

use super::app::App;
use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A part that has not answered by then counts as absent.
const PATIENCE: Duration = Duration::from_secs(5);
/// An answer is given again for so long, so that asking often costs nothing.
const FRESH: Duration = Duration::from_secs(1);

/// Why the agent takes no work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// It is stopping, and finishes what it has.
    Draining,
    /// The database does not answer, or does not take what a job came to.
    Database,
    /// Docker does not answer.
    Docker,
    /// Too little of a disk is free for a job to begin.
    Disk,
}

impl NotReady {
    /// The word that `/readyz` says.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Database => "database",
            Self::Docker => "docker",
            Self::Disk => "disk",
        }
    }
}

/// What `/readyz` asks.
#[async_trait]
pub trait Probes: Send + Sync {
    /// Whether the agent is stopping.
    fn draining(&self) -> bool;
    /// Whether the database answers, and takes what jobs come to.
    async fn database(&self) -> bool;
    /// Whether Docker answers.
    async fn docker(&self) -> bool;
    /// Whether there is room on the disks for a job to begin, as the last look found.
    fn room(&self) -> bool;
}

/// Asks the probes, not too often and not for too long.
pub(super) struct Readiness {
    probes: Arc<dyn Probes>,
    last: Mutex<Option<(Instant, Option<NotReady>)>>,
}

impl Readiness {
    pub(super) fn new(probes: Arc<dyn Probes>) -> Self {
        Self {
            probes,
            last: Mutex::new(None),
        }
    }

    /// Whether there is room for a job to begin.
    pub(super) fn room(&self) -> bool {
        self.probes.room()
    }

    /// What is wrong, if anything.
    async fn check(&self) -> Option<NotReady> {
        if self.probes.draining() {
            return Some(NotReady::Draining);
        }
        let mut last = self.last.lock().await;
        if let Some((asked, answer)) = *last
            && asked.elapsed() < FRESH
        {
            return answer;
        }
        let (database, docker) = tokio::join!(
            tokio::time::timeout(PATIENCE, self.probes.database()),
            tokio::time::timeout(PATIENCE, self.probes.docker())
        );
        let answer = if database != Ok(true) {
            Some(NotReady::Database)
        } else if docker != Ok(true) {
            Some(NotReady::Docker)
        } else if !self.probes.room() {
            Some(NotReady::Disk)
        } else {
            None
        };
        *last = Some((Instant::now(), answer));
        answer
    }
}

/// The process lives; nothing else is asked.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Work is taken, or the one word that says why not.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, String) {
    match app.readiness.check().await {
        None => (StatusCode::OK, "ready\n".to_owned()),
        Some(why) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{}\n", why.as_str()),
        ),
    }
}
