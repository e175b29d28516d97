//! Jobs in containers of a Docker engine on this machine.
//!
//! One instance is a network of its own, the job's container in it and, in the same network
//! namespace where they are asked for, services (decision 14) and a Docker daemon of the job's own
//! (decision 15). All names are made from
//! the instance's id, so that any process can stop and remove what another one made.
//!
//! A job never gets `--privileged`, and of the host it sees only read-only files: the toolbox and
//! a copy of the authorities. The engine's own socket is lent only for [`DockerAccess::Host`],
//! which is as good as root on this machine for the job, and is said so where it is asked for.
//!
//! [`DockerAccess::Host`]: super::DockerAccess::Host

mod authorities;
mod console;
mod container;
mod create;
mod daemon;
mod disk;
mod engine;
mod exec;
mod image;
mod inside;
mod names;
mod networks;
mod passwd;
mod private;
mod probe;
mod pull;
mod remove;
mod run;
mod services;
mod stop;
mod subnets;
mod sweep;
mod toolbox;
mod upload;
mod watch;

use super::{
    Attachment, Backend, BackendError, Console, Image, InstanceSpec, InstanceStatus, Present,
    PushedImage, ServiceEnd, ServiceSpec, Size, Tell, Wanted,
};
use crate::data_dir;
use crate::outdated;
use crate::owner::Owner;
use async_trait::async_trait;
use daemon::{Lease, Pushes};
use engine::Engine;
use names::{Life, Maker};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::task::TaskTracker;
use toolbox::Toolbox;

/// How to connect, and where to keep what outlives a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The agent's data directory.
    pub data: PathBuf,
    /// The static toolbox; else `AGENT_TOOLBOX`, else the file `toolbox` beside the agent.
    pub toolbox: Option<PathBuf>,
    /// The engine's socket, `unix://…`; else `DOCKER_HOST`, else the usual places.
    pub host: Option<String>,
    /// How many layers stay warm.
    pub layers: LayerLimits,
    /// Whether instances outlive this process ([`Backend::lasting`]); else the sweep of a later one
    /// removes them.
    pub lasting: bool,
    /// How many networks of ended jobs wait for later ones, until [`Backend::settle`]; with 0 each
    /// goes with its job.
    pub warm_networks: usize,
}

/// Which layer stores of jobs' own Docker daemons are kept between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerLimits {
    /// How many there may be; those that were used last stay.
    pub stores: usize,
    /// How long one may go unused.
    pub age: Duration,
}

impl Default for LayerLimits {
    fn default() -> Self {
        Self {
            stores: 20,
            age: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// The backend that runs jobs on a Docker engine.
#[derive(Clone, Debug)]
pub struct DockerBackend {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    engine: Engine,
    maker: Maker,
    data: PathBuf,
    layers: LayerLimits,
    toolbox: Toolbox,
    networks: networks::Networks,
    /// Images that were pulled with a login.
    private: private::Private,
    /// What is held for instances of this process beside the engine's objects.
    held: Mutex<HashMap<String, Held>>,
    /// One lock an instance: its removal waits for its creation to come to an end.
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// What layer stores held when an instance was first asked about, by instance.
    layers_before: Mutex<HashMap<String, u64>>,
    /// What goes on to its end although its caller may have given it up.
    background: TaskTracker,
}

/// What an instance holds in this process.
#[derive(Debug, Default)]
struct Held {
    /// Whether it has a Docker daemon of its own.
    daemon: bool,
    network: Option<networks::Lease>,
    lease: Option<Lease>,
    store: Store,
    pushes: Option<Pushes>,
    services: Vec<ServiceSpec>,
    /// The way to the supervisor that waits for its script.
    waiting: Option<run::Waiting>,
}

/// What is known of a leased layer store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Store {
    /// Nothing yet: the next lease looks after it.
    #[default]
    Unknown,
    /// Its daemon was cleared and ended as it should.
    Whole,
    /// After a bad end, no daemon comes up on it, or it cannot be cleared.
    Spoiled,
}

impl DockerBackend {
    /// Connects to the engine and prepares the toolbox.
    ///
    /// # Errors
    /// When the engine does not answer or is too old, when there is no static toolbox, or when
    /// the data directory can't be written.
    pub async fn connect(options: Options) -> Result<Self, BackendError> {
        let engine = Engine::connect(options.host.as_deref()).await?;
        let agent = data_dir::identity(&options.data)
            .map_err(BackendError::data(options.data.join("identity")))?;
        let data = options.data.canonicalize().unwrap_or(options.data);
        inside::check(&engine, &data).await?;
        let inner = Inner {
            engine,
            maker: Maker {
                agent,
                owner: if options.lasting {
                    Life::Lasting
                } else {
                    Life::Of(Owner::me())
                },
            },
            networks: networks::Networks::new(options.warm_networks),
            toolbox: toolbox::prepare(&data, options.toolbox.as_deref())?,
            private: private::Private::of(&data),
            data,
            layers: options.layers,
            held: Mutex::default(),
            layers_before: Mutex::default(),
            background: TaskTracker::new(),
            locks: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// What of the engine lets jobs out of their containers, as far as its versions tell: a
    /// sentence each (threat T11).
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn holes(&self) -> Result<Vec<String>, BackendError> {
        let engine = &self.inner.engine;
        let asked = engine.docker.version();
        let said = engine.call("asking for its version", engine::QUICK, asked);
        let components = said.await?.components.unwrap_or_default();
        let holes = components.iter();
        Ok(holes
            .flat_map(|one| outdated::warnings(&one.name, &one.version))
            .collect())
    }

    /// The volumes that keep layers of jobs' own Docker daemons between runs, by name, with the
    /// scope that each belongs to. [`Backend::sweep`] keeps to [`LayerLimits`].
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn layer_stores(&self) -> Result<Vec<(String, String)>, BackendError> {
        daemon::stores(&self.inner).await
    }
}

impl Inner {
    /// Looks at, or changes, what is held; `None` where another process made the instance.
    fn held<T>(&self, id: &str, change: impl FnOnce(&mut Held) -> T) -> Option<T> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get_mut(id).map(change)
    }

    /// Notes a new instance; false where this process has it already.
    fn begin(&self, id: &str) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.contains_key(id) {
            true => false,
            false => held.insert(id.to_owned(), Held::default()).is_none(),
        }
    }

    fn let_go(&self, id: &str) -> Option<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.remove(id)
    }

    fn lock(&self, id: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(id.to_owned()).or_default())
    }

    fn forget_lock(&self, id: &str) {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.remove(id);
    }
}

#[async_trait]
impl Backend for DockerBackend {
    async fn have(&self, wanted: &Wanted, tell: Tell<'_>) -> Result<Image, BackendError> {
        image::ready(&self.inner, wanted, tell).await
    }

    async fn present(&self, reference: &str) -> Result<Option<Present>, BackendError> {
        image::present(&self.inner, reference).await
    }

    async fn create(&self, spec: &InstanceSpec) -> Result<(), BackendError> {
        create::create(&self.inner, spec).await
    }

    async fn bring_up(&self, id: &str) -> Result<Vec<Duration>, BackendError> {
        run::bring_up(&self.inner, id).await
    }

    async fn start(&self, id: &str, script: &[u8]) -> Result<(), BackendError> {
        run::start(&self.inner, id, script).await
    }

    async fn attach(&self, id: &str, from: u64) -> Result<Attachment, BackendError> {
        run::attach(&self.inner, id, from).await
    }

    async fn console(&self, id: &str, size: Size) -> Result<Console, BackendError> {
        console::open(&self.inner, id, size).await
    }

    async fn resize(&self, console: &str, size: Size) -> Result<(), BackendError> {
        console::resize(&self.inner, console, size).await
    }

    async fn disk_use(&self, id: &str) -> Result<u64, BackendError> {
        disk::used(&self.inner, id).await
    }

    async fn folders(&self) -> Vec<PathBuf> {
        disk::folders(&self.inner).await
    }

    async fn status(&self, id: &str) -> Result<InstanceStatus, BackendError> {
        stop::status(&self.inner, id).await
    }

    async fn ended_services(&self, id: &str) -> Result<Vec<ServiceEnd>, BackendError> {
        services::ended(&self.inner, id).await
    }

    async fn stop(&self, id: &str, grace: Duration) -> Result<(), BackendError> {
        stop::stop(&self.inner, id, grace).await
    }

    async fn pushed_images(&self, id: &str) -> Result<Vec<PushedImage>, BackendError> {
        daemon::pushed_images(&self.inner, id).await
    }

    async fn remove(&self, id: &str) -> Result<(), BackendError> {
        remove::remove(&self.inner, id).await
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        sweep::sweep(&self.inner).await
    }

    async fn lasting(&self) -> Result<Vec<String>, BackendError> {
        sweep::lasting(&self.inner).await
    }

    async fn settle(&self) {
        networks::clear(&self.inner).await;
        self.inner.background.close();
        self.inner.background.wait().await;
    }
}

/// The beginning of a content's SHA-256 in hexadecimal digits, as a file's name.
fn short_hash(content: &[u8], bytes: usize) -> String {
    let digest = Sha256::digest(content);
    let bytes = digest.iter().take(bytes);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_engine_that_is_not_there_is_named_with_advice() {
        let connect = |host: &str| {
            DockerBackend::connect(Options {
                host: Some(host.to_owned()),
                ..Options::default()
            })
        };
        let error = connect("unix:///nowhere/docker.sock").await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("Docker does not answer at unix:///nowhere"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("DOCKER_HOST"));
        assert!(
            error.to_string().ends_with(": there is no such socket"),
            "{error}"
        );
        let error = connect("tcp://127.0.0.1:1").await.unwrap_err();
        insta::assert_snapshot!(error.with_hint(), @"the Docker engine at tcp://127.0.0.1:1 cannot be used: jobs mount the agent's toolbox from this machine, so the engine must answer at a socket here; unset DOCKER_HOST, or set it to unix:///var/run/docker.sock, and run the agent on the engine's machine");
    }
}
