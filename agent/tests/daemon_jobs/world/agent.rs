//! One process of an agent, in a runtime of its own, so that it can be killed or frozen.

use agent::backend::Backend;
use agent::backend::fake::FakeBackend;
use agent::clock::Clock;
use agent::daemon::Lifecycle;
use agent::github::{Client, Options, TokenSource, api_of};
use agent::log::Live;
use agent::metrics::Metrics;
use agent::queue::{Pace, Queue};
use agent::secrets::MasterSources;
use agent::settings::{Current, DaemonSettings, GithubAccess, Settings};
use agent::store::{Location, Store};
use agent::work::{Handle, Parts, Work};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use url::Url;

/// Threads of an agent.
const WORKERS: usize = 2;

/// One process of an agent.
pub(crate) struct Agent {
    runtime: Option<Runtime>,
    pub(crate) handle: Handle,
    pub(crate) lifecycle: Lifecycle,
}

impl Agent {
    /// Starts an agent by the name that it has in the queue.
    pub(super) fn start(
        name: &str,
        engine: &Arc<FakeBackend>,
        settings: DaemonSettings,
        pace: Pace,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()
            .unwrap();
        let lifecycle = Lifecycle::new(Duration::from_secs(600));
        let (life, name) = (lifecycle.clone(), name.to_owned());
        let backend: Arc<dyn Backend> = Arc::<FakeBackend>::clone(engine);
        let (tell, told) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let store = Store::open(&settings.database).await.unwrap();
            let work = Work::new(Parts {
                queue: Queue::with_pace(store.clone(), name, pace),
                store,
                backend,
                client: Arc::new(client(&settings.github)),
                settings: Current::new(settings),
                live: Live::new(),
                metrics: Arc::new(Metrics::new()),
                lifecycle: life,
                built: Arc::new(Notify::new()),
                clock: Clock::system(),
            });
            tell.send(work.handle()).unwrap();
            work.run().await.unwrap();
        });
        Self {
            runtime: Some(runtime),
            handle: told.recv().unwrap(),
            lifecycle,
        }
    }

    /// As SIGKILL does: nothing of it runs any more.
    pub(crate) async fn kill(mut self) {
        let runtime = self.runtime.take();
        let killed = tokio::task::spawn_blocking(move || {
            runtime.map(|runtime| runtime.shutdown_timeout(Duration::from_secs(5)))
        });
        killed.await.unwrap();
    }

    /// As SIGSTOP does: nothing of it runs until it is thawed. Its containers, and the database's
    /// and everybody else's time, go on.
    pub(crate) fn freeze(&self) -> Frozen {
        let frozen = Frozen::default();
        for _ in 0..WORKERS {
            let (count, gate) = (Arc::clone(&frozen.count), Arc::clone(&frozen.gate));
            self.runtime.as_ref().unwrap().spawn(async move {
                count.fetch_add(1, Ordering::SeqCst);
                let (open, bell) = &*gate;
                let waited = bell.wait_while(open.lock().unwrap(), |open| !*open);
                drop(waited.unwrap());
            });
        }
        // Each of these tasks holds one thread.
        while frozen.count.load(Ordering::SeqCst) < WORKERS {
            std::thread::sleep(Duration::from_millis(1));
        }
        frozen
    }

    /// As a second SIGTERM does: it leaves its jobs running.
    pub(crate) async fn stop(self) {
        self.lifecycle.fail();
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.kill().await;
    }
}

/// Thaws its agent when it is dropped.
#[derive(Default)]
pub(crate) struct Frozen {
    count: Arc<AtomicUsize>,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Drop for Frozen {
    fn drop(&mut self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn client(github: &GithubAccess) -> Client {
    let token = github.token.clone();
    let token = TokenSource::new("the test", move || Ok(token.clone()));
    Client::new(Options::new(github.api.clone(), github.web.clone(), token)).unwrap()
}

pub(super) fn settings(
    data: &Path,
    database: Location,
    (web, token): &(String, String),
) -> DaemonSettings {
    let web: Url = web.parse().unwrap();
    DaemonSettings {
        settings: Settings::default(),
        data: data.to_owned(),
        public_url: "https://ci.example/".parse().unwrap(),
        github: GithubAccess {
            api: api_of(&web).unwrap(),
            web,
            token: token.as_str().into(),
            webhook_secrets: Vec::new(),
        },
        operator_token: None,
        database,
        master: master(data),
        secrets: Vec::new(),
    }
}

/// Where an agent's master key is, if it has one.
pub(super) fn master(data: &Path) -> MasterSources {
    MasterSources {
        file: data.join("master-key"),
        credentials: None,
        environment: false,
    }
}
