//! One process of an agent: all its rooms, in a runtime that can end or stand still at any moment.

use crate::engine::{Door, Engine};
use crate::gate::Gate;
use crate::github::Github;
use crate::time::Time;
use agent::backend::Backend;
use agent::daemon::{Daemon, DaemonError, Lifecycle, Notifier, Parts, Rooms, Signals};
use agent::github::{Client, Options, TokenSource};
use agent::secrets::MasterSources;
use agent::settings::{Current, DaemonSettings, GithubAccess, Settings};
use agent::store::{LeaseClock, Location, Store};
use axum::Router;
use futures_util::FutureExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance, sleep_until};

/// What deliveries are signed with.
pub(crate) const SECRET: &str = "0123456789abcdef";
/// What the operator is known by.
pub(crate) const OPERATOR: &str = "operators-token-of-some-length";

/// What an agent finds when it starts.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) data: PathBuf,
    pub(crate) database: Location,
    pub(crate) time: Arc<Time>,
    pub(crate) github: Arc<Github>,
    pub(crate) engine: Arc<Engine>,
    /// The clock of leases that several agents share; none gives each process its own.
    pub(crate) leases: Option<LeaseClock>,
}

/// A process.
pub(crate) struct Life {
    // Dropped in this order: connections need their runtime.
    pub(crate) router: Router,
    pub(crate) store: Store,
    running: JoinHandle<Result<(), DaemonError>>,
    runtime: Runtime,
    gate: Arc<Gate>,
    /// Stands still until then.
    pub(crate) frozen: Option<Instant>,
}

/// The process was killed, at this time.
pub(crate) struct Killed(pub(crate) Instant);

impl Life {
    /// Starts a process that is killed when it has waited so often.
    pub(crate) fn start(place: &Place, waits: u64) -> Result<Self, Killed> {
        let (runtime, gate) = Gate::runtime();
        gate.end_after(waits);
        let (place, opening) = (place.clone(), Arc::clone(&gate));
        let started = runtime.block_on(async {
            advance(place.time.now() - Instant::now()).await;
            let rooms = tokio::spawn(rooms(place, opening));
            tokio::select! {
                biased;
                () = gate.end.notified() => Err(Killed(Instant::now())),
                rooms = rooms => Ok(rooms.unwrap()),
            }
        });
        let (router, store, running) = match started {
            Ok(begun) => begun,
            Err(killed) => {
                gate.close();
                return Err(killed);
            }
        };
        Ok(Self {
            router,
            store,
            running,
            runtime,
            gate,
            frozen: None,
        })
    }

    /// Lives on until then. Where the process stood still, its clock jumps first.
    pub(crate) fn run(&mut self, now: Instant, until: Instant) -> Result<(), Killed> {
        let thawed = self.frozen.take().is_some();
        let gate = &self.gate;
        self.runtime.block_on(async {
            if thawed {
                advance(now.saturating_duration_since(Instant::now())).await;
            }
            tokio::select! {
                biased;
                () = gate.end.notified() => return Err(Killed(Instant::now())),
                () = sleep_until(until) => {}
            }
            // Others would wait for its transaction while it stands still.
            while gate.is_busy() {
                tokio::task::yield_now().await;
            }
            Ok(())
        })
    }

    /// Lets it do something beside its own work.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    /// Waits for something while its time stands still.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let task = async { tokio::spawn(task).await.unwrap() };
        self.runtime.block_on(task)
    }

    /// It is not killed any more.
    pub(crate) fn spare(&self) {
        self.gate.end_after(u64::MAX);
    }

    /// Why it ended by itself, which it must not.
    pub(crate) fn broke(&mut self) -> Option<String> {
        let end = (&mut self.running).now_or_never()?;
        Some(format!("{end:?}"))
    }

    /// As SIGKILL does.
    pub(crate) fn kill(self) {
        let _inside = self.runtime.enter();
        self.gate.close();
        drop(self.router);
        drop(self.store);
    }
}

type Begun = (Router, Store, JoinHandle<Result<(), DaemonError>>);

async fn rooms(place: Place, gate: Arc<Gate>) -> Begun {
    let clock = place.time.clock();
    let leases = place.leases.clone().unwrap_or_else(|| {
        let zero = Instant::now();
        let name = format!("{} {:?}", place.name, place.time.elapsed());
        LeaseClock::new(&name, move || zero.elapsed())
    });
    let store = Store::open_with(&place.database, Some(leases))
        .await
        .unwrap();
    gate.opened(store.clone());
    let identity = agent::data_dir::identity(&place.data)
        .unwrap()
        .to_lowercase();
    let engine = Arc::clone(&place.engine);
    engine.catch_up().await;
    let door: Arc<dyn Backend> = Arc::new(Door { engine, identity });
    let settings = settings(&place);
    let token = TokenSource::new("the simulation", || Ok("ghp_token".into()));
    let access = &settings.github;
    let mut options = Options::new(access.api.clone(), access.web.clone(), token);
    options.clock = clock.clone();
    let parts = Parts {
        settings: Current::new(settings),
        store: store.clone(),
        backend: door,
        client: Arc::new(Client::over(place.github, options).unwrap()),
        agent: place.name,
        clock,
    };
    let lifecycle = Lifecycle::new(Duration::from_secs(600));
    let daemon = Daemon::new(lifecycle.clone());
    let router = Rooms::new(parts, &lifecycle).start_behind(&daemon);
    let running = tokio::spawn(daemon.run(Signals::listen().unwrap(), Notifier));
    (router, store, running)
}

fn settings(place: &Place) -> DaemonSettings {
    let mut settings = Settings::default();
    settings.poll.enabled = true;
    settings.poll.interval = Duration::from_secs(45);
    DaemonSettings {
        settings,
        data: place.data.clone(),
        public_url: "https://ci.example/".parse().unwrap(),
        github: GithubAccess {
            api: "https://api.github.example/".parse().unwrap(),
            web: "https://github.example/".parse().unwrap(),
            token: "ghp_token".into(),
            webhook_secrets: vec![SECRET.to_owned().into()],
        },
        operator_token: Some(OPERATOR.to_owned().into()),
        database: place.database.clone(),
        master: MasterSources::default(),
        secrets: Vec::new(),
    }
}
