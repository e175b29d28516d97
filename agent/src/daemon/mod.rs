//! The daemon as a whole: where its rooms are put together and what becomes of them.
//!
//! [`Start`] makes sure of everything that the rooms need. Each room is then a task of the
//! [`Daemon`]: the server, the intake, the queue's loop, the sender of statuses, the poller. A
//! task ends when [`Lifecycle`] says so; one that ends by itself takes the daemon down, so that the
//! service manager starts it anew instead of it living on by halves.

mod files;
mod front;
mod lifecycle;
mod notify;
mod operator;
mod reload;
mod rooms;
mod signals;
mod start;
mod tell;
mod turns;
mod views;
mod webhook;

pub use lifecycle::{Ask, Busy, Lifecycle, Phase};
pub use notify::Notifier;
pub use reload::{Read, Reload};
pub use rooms::{Parts, Rooms};
pub use signals::{Signals, Wish};
pub use start::{Start, StartError};

use futures_util::FutureExt;
use std::collections::BTreeSet;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// How long tasks may take to end once the daemon stops: answer what was asked, send what is due.
const FLUSH: Duration = Duration::from_secs(15);
/// The same when somebody asked again. What is not sent by then lies in the database.
const HURRY: Duration = Duration::from_secs(1);

/// Why a task could not go on.
pub type TaskError = Box<dyn Error + Send + Sync>;

/// Why the daemon ended without being asked.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// A task failed, panicked, or ended by itself.
    #[error("the {task} {reason}")]
    TaskEnded {
        /// Its name, e.g. `status sender`.
        task: &'static str,
        /// What became of it.
        reason: String,
    },
}

/// The running daemon.
pub struct Daemon {
    lifecycle: Lifecycle,
    tracker: TaskTracker,
    running: Arc<Mutex<BTreeSet<&'static str>>>,
    ended: mpsc::UnboundedSender<DaemonError>,
    endings: mpsc::UnboundedReceiver<DaemonError>,
    reload: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Daemon {
    /// A daemon without tasks.
    #[must_use]
    pub fn new(lifecycle: Lifecycle) -> Self {
        let (ended, endings) = mpsc::unbounded_channel();
        Self {
            lifecycle,
            tracker: TaskTracker::new(),
            running: Arc::default(),
            ended,
            endings,
            reload: None,
        }
    }

    /// What is done on SIGHUP; without it nothing is.
    #[must_use]
    pub fn on_reload(mut self, reload: impl Fn() + Send + Sync + 'static) -> Self {
        self.reload = Some(Box::new(reload));
        self
    }

    /// The life that its tasks share.
    #[must_use]
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Adds a task and starts it. It is to end soon after [`Lifecycle::stopping`], and may end from
    /// [`Lifecycle::draining`] on.
    pub fn task<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = Result<(), TaskError>> + Send + 'static,
    {
        let lifecycle = self.lifecycle.clone();
        let running = Arc::clone(&self.running);
        let ended = self.ended.clone();
        names(&running).insert(name);
        self.tracker.spawn(async move {
            let end = AssertUnwindSafe(task).catch_unwind().await;
            names(&running).remove(name);
            let reason = match end {
                Ok(Ok(())) if lifecycle.phase() > Phase::Running => return,
                Ok(Ok(())) => "ended by itself".to_owned(),
                Ok(Err(error)) => format!("failed: {error}"),
                Err(_) => "panicked".to_owned(),
            };
            // Nobody listens any more only when the daemon has ended.
            let _ = ended.send(DaemonError::TaskEnded { task: name, reason });
        });
    }

    /// Serves until the last task has ended, and tells the service manager how it is.
    ///
    /// # Errors
    /// A task ended without being asked; the first is named.
    pub async fn run(
        mut self,
        mut signals: Signals,
        notifier: Notifier,
    ) -> Result<(), DaemonError> {
        let mut alive = notifier.watchdog().map(tokio::time::interval);
        let watch = tokio::spawn({
            let lifecycle = self.lifecycle.clone();
            async move { lifecycle.watch().await }
        });
        let stopping = self.lifecycle.stopping().clone();
        let mut broken = None;
        notifier.ready("serving");
        while !stopping.is_cancelled() {
            tokio::select! {
                wish = signals.next() => self.asked(wish, notifier),
                Some(error) = self.endings.recv() => {
                    tracing::error!("stopping: {error}");
                    broken.get_or_insert(error);
                    self.lifecycle.fail();
                }
                () = tick(alive.as_mut()) => notifier.alive(),
                () = stopping.cancelled() => {}
            }
        }
        notifier.stopping("stopping");
        self.tracker.close();
        let flush = tokio::time::sleep(FLUSH);
        tokio::pin!(flush);
        loop {
            tokio::select! {
                () = self.tracker.wait() => break,
                wish = signals.next() => self.asked(wish, notifier),
                () = tick(alive.as_mut()) => notifier.alive(),
                () = &mut flush => break,
                () = hurried(&self.lifecycle) => break,
            }
        }
        let left: Vec<&str> = names(&self.running).iter().copied().collect();
        if !left.is_empty() {
            tracing::warn!(tasks = left.join(", "), "not ended in time");
        }
        watch.abort();
        // A task may have failed on its way out.
        let late = self.endings.try_recv().ok();
        broken.or(late).map_or(Ok(()), Err)
    }

    fn asked(&self, wish: Wish, notifier: Notifier) {
        let ask = match wish {
            Wish::End(ask) => ask,
            Wish::Reload => return self.reload(notifier),
        };
        self.lifecycle.ask(ask);
        let jobs = self.lifecycle.jobs();
        tracing::info!(
            "{}",
            tell::asked(self.lifecycle.phase(), self.lifecycle.left(), jobs)
        );
        if self.lifecycle.phase() == Phase::Draining {
            notifier.status(&format!("draining, jobs running: {jobs}"));
        }
    }
}

impl Daemon {
    /// The manager waits for the end of a reload, whatever came of it.
    fn reload(&self, notifier: Notifier) {
        notifier.reloading();
        if let Some(reload) = &self.reload {
            reload();
        }
        notifier.ready("serving");
    }
}

async fn tick(alive: Option<&mut tokio::time::Interval>) {
    match alive {
        Some(interval) => {
            interval.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// Waits until somebody asks again, and then for as long as is left to the tasks.
async fn hurried(lifecycle: &Lifecycle) {
    lifecycle.hurried().await;
    tokio::time::sleep(HURRY).await;
}

fn names<'a>(
    running: &'a Mutex<BTreeSet<&'static str>>,
) -> std::sync::MutexGuard<'a, BTreeSet<&'static str>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// Runs a daemon with one task, and says how it ended and after how many seconds.
    async fn ended<F>(task: impl FnOnce(Lifecycle) -> F) -> (String, u64)
    where
        F: Future<Output = Result<(), TaskError>> + Send + 'static,
    {
        let lifecycle = Lifecycle::new(Duration::from_secs(600));
        let daemon = Daemon::new(lifecycle.clone());
        daemon.task("poller", task(lifecycle.clone()));
        let other = lifecycle.clone();
        daemon.task("server", async move {
            other.stopping().cancelled().await;
            Ok(())
        });
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(100)).await;
            lifecycle.ask(Ask::Stop);
        });
        let start = Instant::now();
        let end = daemon.run(Signals::listen().unwrap(), Notifier).await;
        let end = end.map_or_else(|error| error.to_string(), |()| "as asked".to_owned());
        (end, start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_as_asked_when_its_tasks_have() {
        let end = ended(|life| async move {
            life.draining().cancelled().await;
            Ok(())
        });
        assert_eq!(end.await, ("as asked".to_owned(), 100));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ends_by_itself_ends_it_and_is_named() {
        let failed = ended(|_| async { Err("no such host".into()) });
        assert_eq!(
            failed.await,
            ("the poller failed: no such host".to_owned(), 0)
        );
        let gone = ended(|_| async { Ok(()) });
        assert_eq!(gone.await, ("the poller ended by itself".to_owned(), 0));
        let panicked = ended(|_| async { panic!("on purpose") });
        assert_eq!(panicked.await, ("the poller panicked".to_owned(), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_fails_on_its_way_out_is_named() {
        let end = ended(|life| async move {
            life.stopping().cancelled().await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            Err("half sent".into())
        });
        assert_eq!(end.await, ("the poller failed: half sent".to_owned(), 103));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_end_is_left_after_a_while() {
        let end = ended(|_| std::future::pending());
        assert_eq!(end.await, ("as asked".to_owned(), 115));
    }

    #[tokio::test(start_paused = true)]
    async fn asked_once_more_it_leaves_a_task_that_does_not_end_at_once() {
        let end = ended(|life| async move {
            life.stopping().cancelled().await;
            life.ask(Ask::Stop);
            std::future::pending().await
        });
        assert_eq!(end.await, ("as asked".to_owned(), 101));
    }
}
