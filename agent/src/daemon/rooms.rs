//! The daemon's rooms, put together as tasks.

use super::front::Front;
use super::turns::turns;
use super::{Daemon, Lifecycle, Reload, TaskError, front};
use crate::backend::Backend;
use crate::clock::Clock;
use crate::github::Client;
use crate::intake::{self, Intake};
use crate::janitor::{self, Janitor, Removed};
use crate::log::Live;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::poll::Poller;
use crate::queue::Queue;
use crate::server;
use crate::settings::{Current, Settings};
use crate::store::Store;
use crate::work::{self, Work};
use axum::Router;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What is old is looked for so often.
const TIDY: Duration = Duration::from_secs(3600);

/// What the rooms stand on.
pub struct Parts {
    /// The operator's word.
    pub settings: Current,
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
    front: Front,
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
            settings: parts.settings.clone(),
            live: live.clone(),
            metrics: Arc::clone(&metrics),
            lifecycle: lifecycle.clone(),
            built: Arc::clone(&built),
            clock: parts.clock.clone(),
        });
        let came = Arc::new(Notify::new());
        let front = Front::new(front::Parts {
            settings: parts.settings.get(),
            store: parts.store.clone(),
            client: Arc::clone(&parts.client),
            backend: Arc::clone(&parts.backend),
            work: work.handle(),
            lifecycle: lifecycle.clone(),
            live,
            metrics: Arc::clone(&metrics),
            came: Arc::clone(&came),
            clock: parts.clock.clone(),
        });
        Self {
            parts,
            lifecycle: lifecycle.clone(),
            work,
            front,
            metrics,
            came,
            built,
        }
    }

    /// What new settings are given to.
    #[must_use]
    pub fn reload(&self) -> Reload {
        Reload {
            current: self.parts.settings.clone(),
            client: Arc::clone(&self.parts.client),
            lifecycle: self.lifecycle.clone(),
            gate: self.front.gate.clone(),
            app: Arc::clone(&self.front.app),
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
    pub fn start_behind(self, daemon: &Daemon) -> Router {
        let (router, work) = self.tasks(daemon);
        daemon.task("runner of jobs", work.run());
        router
    }

    /// All tasks but those of the server and of the work, which are given back.
    fn tasks(self, daemon: &Daemon) -> (Router, Work) {
        let time = || (self.parts.clock.clone(), self.lifecycle.stopping().clone());
        daemon.task("intake", {
            let stop = self.lifecycle.stopping().clone();
            let (intake, came) = (self.intake(), Arc::clone(&self.came));
            async move {
                intake.restate().await;
                intake.run(&came, &stop).await;
                Ok(())
            }
        });
        let settings = self.parts.settings.clone();
        if settings.get().settings.poll.enabled {
            daemon.task("poller", ask(self.poller(), settings, time()));
        }
        daemon.task(
            "status sender",
            send(self.outbox(), self.parts.store.status_bell(), time()),
        );
        let router = self.front.router;
        let tidy = {
            let time = time();
            let settings = self.parts.settings;
            let data = settings.get().data.clone();
            let janitor = Janitor::new(self.parts.store, data);
            tidy(janitor, settings, Arc::clone(&self.metrics), time)
        };
        daemon.task("janitor", tidy);
        (router, self.work)
    }

    fn intake(&self) -> Intake {
        let settings = self.parts.settings.get();
        let status = &settings.settings.status;
        let options = intake::Options {
            prefix: status.prefix.clone(),
            on_push: status.nothing_ran,
        };
        Intake::new(
            self.parts.store.clone(),
            Arc::clone(&self.parts.client),
            options,
            Arc::clone(&self.built),
            self.parts.clock.clone(),
        )
        .with_master(settings.master.clone())
        .counting(Arc::clone(&self.metrics))
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
            self.parts.settings.get().public_url.clone(),
            self.parts.agent.clone(),
        )
        .counting(Arc::clone(&self.metrics))
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
    settings: Current,
    (clock, stop): (Clock, CancellationToken),
) -> Result<(), TaskError> {
    let (poller, changed) = (&poller, Notify::new());
    let turn = |now| async move { poller.turn(now).await.map(|_| 0) };
    let pause = || settings.get().settings.poll.interval;
    let mut watch = settings.watch();
    // A shorter interval does not wait for the end of the longer one.
    let heed = async {
        while watch.changed().await.is_ok() {
            changed.notify_one();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        end = turns("poller", (&clock, stop), &changed, pause, turn) => end,
        () = heed => Ok(()),
    }
}

/// Removes what is old until `stop`, and looks how full the disk is.
async fn tidy(
    janitor: Janitor,
    settings: Current,
    metrics: Arc<Metrics>,
    (clock, stop): (Clock, CancellationToken),
) -> Result<(), TaskError> {
    let (janitor, settings, metrics, nobody) = (&janitor, &settings, &metrics, Notify::new());
    let turn = |now| async move {
        let rules = rules(&settings.get().settings);
        let removed = janitor.turn(rules, now).await?;
        metrics.removed(removed);
        if removed != Removed::default() {
            let Removed {
                builds,
                deliveries,
                logs,
            } = removed;
            tracing::info!(
                "removed what is old: builds: {builds}, deliveries: {deliveries}, logs: {logs}"
            );
        }
        match janitor.usage().await {
            Ok(usage) => metrics.data(&usage),
            Err(error) => tracing::warn!("the data folder cannot be measured: {error}"),
        }
        Ok(0)
    };
    turns("janitor", (&clock, stop), &nobody, || TIDY, turn).await
}

fn rules(settings: &Settings) -> janitor::Rules {
    let retention = settings.retention;
    janitor::Rules {
        builds: retention.builds,
        newest: retention.builds_per_repository,
        deliveries: retention.deliveries,
        logs: settings.logs.retention,
    }
}

/// Sends statuses until `stop`, and what is due then. What still waits lies in the database and is
/// sent by the next start.
async fn send(
    outbox: Outbox,
    bell: Arc<Notify>,
    (clock, stop): (Clock, CancellationToken),
) -> Result<(), TaskError> {
    outbox.take_up(clock.now()).await?;
    outbox.run(&bell, &clock, &stop).await;
    Ok(())
}
