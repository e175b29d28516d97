//! The daemon's rooms, put together as tasks.

use super::front::Front;
use super::turns::turns;
use super::{Daemon, Lifecycle, Reload, TaskError, front};
use crate::backend::Backend;
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
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The outbox looks at the database so often.
const PAUSE: Duration = Duration::from_secs(1);
/// What is old is looked for so often.
const TIDY: Duration = Duration::from_secs(3600);

/// What the rooms stand on.
pub struct Parts {
    /// The operator's word.
    pub settings: Current,
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
        let settings = self.parts.settings.clone();
        if settings.get().settings.poll.enabled {
            daemon.task("poller", ask(self.poller(), settings, stop.clone()));
        }
        daemon.task(
            "status sender",
            send(self.outbox(), Arc::clone(&self.metrics), stop.clone()),
        );
        let listener = self.parts.listener;
        let router = self.front.router;
        let tidy = {
            let settings = self.parts.settings;
            let data = settings.get().data.clone();
            let janitor = Janitor::new(self.parts.store, data);
            tidy(janitor, settings, Arc::clone(&self.metrics), stop.clone())
        };
        daemon.task("janitor", tidy);
        daemon.task("server", async move {
            server::serve(listener, router, stop).await;
            Ok(())
        });
        self.work
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
        )
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

/// Asks GitHub in intervals until `stop`. What was found is not looked for again at once: intake
/// is still about to note it.
async fn ask(poller: Poller, settings: Current, stop: CancellationToken) -> Result<(), TaskError> {
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
        end = turns("poller", stop, &changed, pause, turn) => end,
        () = heed => Ok(()),
    }
}

/// Removes what is old until `stop`, and looks how full the disk is.
async fn tidy(
    janitor: Janitor,
    settings: Current,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
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
    turns("janitor", stop, &nobody, || TIDY, turn).await
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

/// Sends statuses until `stop`, and what is due then.
async fn send(
    outbox: Outbox,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> Result<(), TaskError> {
    outbox.take_up(Timestamp::now()).await?;
    let (outbox, metrics, nobody) = (&outbox, &metrics, Notify::new());
    let turn = |now| async move {
        let sent = outbox.turn(now).await?;
        (0..sent).for_each(|_| metrics.status_sent());
        Ok(sent)
    };
    turns("status sender", stop, &nobody, || PAUSE, turn).await?;
    // What still waits lies in the database and is sent by the next start.
    turn(Timestamp::now()).await?;
    Ok(())
}
