//! The daemon's rooms, put together as tasks.

use super::turns::turns;
use super::{Daemon, Lifecycle, TaskError, front};
use crate::backend::Backend;
use crate::clock::Clock;
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
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Intake and outbox look at the database so often where nobody rings.
const PAUSE: Duration = Duration::from_secs(1);

/// What the rooms stand on.
pub struct Parts {
    /// The operator's word.
    pub settings: Arc<DaemonSettings>,
    /// The open database.
    pub store: Store,
    /// Where jobs run.
    pub backend: Arc<dyn Backend>,
    /// GitHub.
    pub client: Arc<Client>,
    /// This agent's name among those that share the database.
    pub agent: String,
    /// What time it is.
    pub clock: Clock,
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
            clock: parts.clock.clone(),
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

    /// Sets all of them to work; requests come in by the `listener`.
    pub fn start(self, daemon: &Daemon, listener: TcpListener) {
        let stop = self.lifecycle.stopping().clone();
        let router = self.start_behind(daemon);
        daemon.task("server", serve(listener, router, stop));
    }

    /// Sets all but the running of jobs to work: builds then wait.
    pub fn start_without_jobs(self, daemon: &Daemon, listener: TcpListener) {
        let stop = self.lifecycle.stopping().clone();
        let (router, _) = self.tasks(daemon);
        daemon.task("server", serve(listener, router, stop));
    }

    /// Sets all of them to work, and gives what answers requests to who brings them in another way
    /// than by a socket.
    #[must_use]
    pub fn start_behind(self, daemon: &Daemon) -> Router {
        let (router, work) = self.tasks(daemon);
        daemon.task("runner of jobs", work.run());
        router
    }

    /// All tasks but those of the server and of the work, which are given back.
    fn tasks(self, daemon: &Daemon) -> (Router, Work) {
        let stop = self.lifecycle.stopping().clone();
        daemon.task("intake", {
            let (intake, came) = (self.intake(), Arc::clone(&self.came));
            let time = (self.parts.clock.clone(), stop.clone());
            async move {
                let (intake, (clock, stop)) = (&intake, time);
                turns("intake", (&clock, stop), &came, PAUSE, |now| {
                    intake.turn(now)
                })
                .await
            }
        });
        let poll = self.parts.settings.settings.poll;
        if poll.enabled {
            let time = (self.parts.clock.clone(), stop.clone());
            daemon.task("poller", ask(self.poller(), poll.interval, time));
        }
        daemon.task(
            "status sender",
            send(
                self.outbox(),
                Arc::clone(&self.metrics),
                (self.parts.clock.clone(), stop),
            ),
        );
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
            clock: self.parts.clock,
        });
        (router, self.work)
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
            self.parts.agent.clone(),
        )
    }
}

/// Answers requests until `stop`.
async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> Result<(), TaskError> {
    server::serve(listener, router, stop).await;
    Ok(())
}

/// Asks GitHub in intervals until `stop`. What was found is not looked for again at once: intake
/// is still about to note it.
async fn ask(
    poller: Poller,
    interval: Duration,
    (clock, stop): (Clock, CancellationToken),
) -> Result<(), TaskError> {
    let (poller, nobody) = (&poller, Notify::new());
    let turn = |now| async move { poller.turn(now).await.map(|_| 0) };
    turns("poller", (&clock, stop), &nobody, interval, turn).await
}

/// Sends statuses until `stop`, and what is due then.
async fn send(
    outbox: Outbox,
    metrics: Arc<Metrics>,
    (clock, stop): (Clock, CancellationToken),
) -> Result<(), TaskError> {
    let (outbox, metrics, nobody) = (&outbox, &metrics, Notify::new());
    if let Err(error) = outbox.begin(clock.now()).await {
        tracing::warn!(%error, "statuses of the former process are sent later");
    }
    let turn = |now| async move {
        let sent = outbox.turn(now).await?;
        (0..sent).for_each(|_| metrics.status_sent());
        Ok(sent)
    };
    turns("status sender", (&clock, stop), &nobody, PAUSE, turn).await?;
    // What still waits lies in the database and is sent by the next start.
    turn(clock.now()).await?;
    Ok(())
}
