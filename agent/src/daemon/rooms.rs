//! The daemon's rooms, put together as tasks.

use super::turns::turns;
use super::{Daemon, Lifecycle, TaskError, front};
use crate::backend::Backend;
use crate::github::Client;
use crate::intake::{self, Intake};
use crate::log::Live;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::poll::Poller;
use crate::queue::Queue;
use crate::server;
use crate::settings::DaemonSettings;
use crate::store::Store;
use crate::work::{self, Work};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The outbox looks at the database so often.
const PAUSE: Duration = Duration::from_secs(1);

/// What the rooms stand on.
pub struct Parts {
    /// The operator's word.
    pub settings: Arc<DaemonSettings>,
    /// The open database.
    pub store: Store,
    /// Where requests come in.
    pub listener: TcpListener,
    /// Where jobs run.
    pub backend: Arc<dyn Backend>,
    /// GitHub.
    pub client: Arc<Client>,
    /// This agent's name among those that share the database.
    pub agent: String,
}

/// The rooms, not yet at work.
pub struct Rooms {
    parts: Parts,
    lifecycle: Lifecycle,
    work: Work,
    live: Live,
    metrics: Arc<Metrics>,
    /// Rung for deliveries.
    came: Arc<Notify>,
    /// Rung for builds.
    built: Arc<Notify>,
}

impl Rooms {
    /// Puts them together; nothing runs yet.
    #[must_use]
    pub fn new(parts: Parts, lifecycle: &Lifecycle) -> Self {
        let (live, metrics) = (Live::new(), Arc::new(Metrics::new()));
        let built = Arc::new(Notify::new());
        let work = Work::new(work::Parts {
            store: parts.store.clone(),
            queue: Queue::new(parts.store.clone(), parts.agent.clone()),
            backend: Arc::clone(&parts.backend),
            client: Arc::clone(&parts.client),
            settings: Arc::clone(&parts.settings),
            live: live.clone(),
            metrics: Arc::clone(&metrics),
            lifecycle: lifecycle.clone(),
            built: Arc::clone(&built),
        });
        Self {
            parts,
            lifecycle: lifecycle.clone(),
            work,
            live,
            metrics,
            came: Arc::new(Notify::new()),
            built,
        }
    }

    /// Sets all of them to work.
    pub fn start(self, daemon: &Daemon) {
        let work = self.tasks(daemon);
        daemon.task("runner of jobs", work.run());
    }

    /// Sets all but the running of jobs to work: builds then wait.
    pub fn start_without_jobs(self, daemon: &Daemon) {
        self.tasks(daemon);
    }

    /// All tasks but that of the work, which is given back.
    fn tasks(self, daemon: &Daemon) -> Work {
        let stop = self.lifecycle.stopping().clone();
        daemon.task("intake", {
            let (intake, came, stop) = (self.intake(), Arc::clone(&self.came), stop.clone());
            async move {
                intake.run(&came, &stop).await;
                Ok(())
            }
        });
        let poll = self.parts.settings.settings.poll;
        if poll.enabled {
            daemon.task("poller", ask(self.poller(), poll.interval, stop.clone()));
        }
        daemon.task(
            "status sender",
            send(self.outbox(), Arc::clone(&self.metrics), stop.clone()),
        );
        let listener = self.parts.listener;
        let router = front::router(front::Parts {
            settings: &self.parts.settings,
            store: self.parts.store,
            client: self.parts.client,
            backend: self.parts.backend,
            work: self.work.handle(),
            lifecycle: self.lifecycle,
            live: self.live,
            metrics: self.metrics,
            came: self.came,
        });
        daemon.task("server", async move {
            server::serve(listener, router, stop).await;
            Ok(())
        });
        self.work
    }

    fn intake(&self) -> Intake {
        let status = &self.parts.settings.settings.status;
        let options = intake::Options {
            prefix: status.prefix.clone(),
            on_push: status.nothing_ran,
        };
        Intake::new(
            self.parts.store.clone(),
            Arc::clone(&self.parts.client),
            options,
            Arc::clone(&self.built),
        )
    }

    fn poller(&self) -> Poller {
        Poller::new(
            self.parts.store.clone(),
            Arc::clone(&self.parts.client),
            Arc::clone(&self.came),
        )
    }

    fn outbox(&self) -> Outbox {
        Outbox::new(
            self.parts.store.clone(),
            Arc::clone(&self.parts.client),
            self.parts.settings.public_url.clone(),
        )
    }
}

/// Asks GitHub in intervals until `stop`. What was found is not looked for again at once: intake
/// is still about to note it.
async fn ask(poller: Poller, interval: Duration, stop: CancellationToken) -> Result<(), TaskError> {
    let poller = &poller;
    let turn = |now| async move { poller.turn(now).await.map(|_| 0) };
    turns("poller", stop, interval, turn).await
}

/// Sends statuses until `stop`, and what is due then.
async fn send(
    outbox: Outbox,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> Result<(), TaskError> {
    let (outbox, metrics) = (&outbox, &metrics);
    let turn = |now| async move {
        let sent = outbox.turn(now).await?;
        (0..sent).for_each(|_| metrics.status_sent());
        Ok(sent)
    };
    turns("status sender", stop, PAUSE, turn).await?;
    // What still waits lies in the database and is sent by the next start.
    turn(Timestamp::now()).await?;
    Ok(())
}
