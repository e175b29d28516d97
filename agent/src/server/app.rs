//! What all handlers share.

use super::actions::Actions;
use super::auth::Operator;
use super::health::{Probes, Readiness};
use super::reader::Reader;
use crate::clock::Clock;
use crate::log::Live;
use crate::metrics::Metrics;
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Viewers of growing logs at once; each holds a connection and a reader.
const VIEWERS: usize = 2000;

/// Addresses of the forge that pages link to. Only the room that talks to it knows them.
pub trait Forge: Send + Sync {
    /// The page of a commit, starting with `http`.
    fn commit(&self, slug: &str, sha: &str) -> String;
    /// The page of a pull request, starting with `http`.
    fn pull_request(&self, slug: &str, number: u64) -> String;
}

/// What a server is made of.
pub struct Options {
    /// What pages read.
    pub reader: Arc<dyn Reader>,
    /// What the operator can ask for.
    pub actions: Arc<dyn Actions>,
    /// What `/readyz` asks.
    pub probes: Arc<dyn Probes>,
    /// Where pages link to.
    pub forge: Arc<dyn Forge>,
    /// How far logs have grown.
    pub live: Live,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The data folder; logs lie in it.
    pub data: PathBuf,
    /// The folder of the keyring.
    pub keys: PathBuf,
    /// The forge's host as keys name it, e.g. `github.com`.
    pub host: String,
    /// The address that people open; decides about cookies and whose forms are taken.
    pub public_url: Url,
    /// How long logs are kept, for pages that have none to show.
    pub logs_kept: Duration,
    /// The operator's token; without one nobody can sign in, and nothing can be changed.
    pub token: Option<SecretString>,
    /// Ends streams when the agent stops, so that they do not hold it up.
    pub stopping: CancellationToken,
    /// The time.
    pub clock: Clock,
}

/// What all handlers share.
pub struct App {
    pub(super) reader: Arc<dyn Reader>,
    pub(super) actions: Arc<dyn Actions>,
    pub(super) forge: Arc<dyn Forge>,
    pub(super) live: Live,
    pub(super) metrics: Arc<Metrics>,
    pub(super) data: PathBuf,
    pub(super) keys: PathBuf,
    pub(super) host: String,
    logs_kept: AtomicU64,
    pub(super) public_url: Url,
    pub(super) operator: Operator,
    pub(super) readiness: Readiness,
    pub(super) stopping: CancellationToken,
    pub(super) viewers: Arc<Semaphore>,
    pub(super) clock: Clock,
}

impl App {
    /// Puts a server's parts together.
    #[must_use]
    pub fn new(options: Options) -> Arc<Self> {
        Arc::new(Self {
            reader: options.reader,
            actions: options.actions,
            forge: options.forge,
            live: options.live,
            metrics: options.metrics,
            data: options.data,
            keys: options.keys,
            host: options.host,
            logs_kept: AtomicU64::new(options.logs_kept.as_secs()),
            operator: Operator::new(options.token, &options.public_url),
            public_url: options.public_url,
            readiness: Readiness::new(options.probes),
            stopping: options.stopping,
            viewers: Arc::new(Semaphore::new(VIEWERS)),
            clock: options.clock,
        })
    }

    /// How long logs are kept.
    pub(super) fn logs_kept(&self) -> Duration {
        Duration::from_secs(self.logs_kept.load(Ordering::Relaxed))
    }

    /// Logs are kept for so long from now on.
    pub fn keep_logs(&self, time: Duration) {
        self.logs_kept.store(time.as_secs(), Ordering::Relaxed);
    }

    /// Another token of the operator from now on; sessions of the former one end.
    pub fn replace_token(&self, token: Option<SecretString>) {
        self.operator.replace(token);
    }
}
