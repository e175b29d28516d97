//! Where jobs run: the contract that every backend keeps.
//!
//! A backend knows containers, networks and volumes; it knows nothing of phases, secrets or
//! logs. The runner speaks to the supervisor inside through the byte streams it is handed.

pub mod docker;
mod error;
pub mod fake;
pub mod reference;
mod service;
mod wanted;

pub use error::BackendError;
pub use service::{Readiness, ServiceEnd, ServiceSpec};
pub use wanted::{Login, Pull, Tell, Wanted};

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// What a backend can be asked for. Every method may be called again after a failure.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Makes an image ready on this machine and tells what it is; `tell` hears of a pull as it goes.
    ///
    /// The answer is pinned: later changes of the tag do not reach a job that was resolved before.
    async fn have(&self, wanted: &Wanted, tell: Tell<'_>) -> Result<Image, BackendError>;

    /// The same for an image that everybody may have, pulled where it is absent.
    async fn image(&self, reference: &str) -> Result<Image, BackendError> {
        self.have(&Wanted::plain(reference), &|_| {}).await
    }

    /// Whether an image is on this machine, with its id and digest; nothing is pulled.
    async fn present(&self, reference: &str) -> Result<Option<Present>, BackendError>;

    /// Makes the job's network, volumes and containers, with the work tree inside, not yet running.
    ///
    /// On failure nothing is left behind. A caller that stops waiting calls [`Backend::remove`],
    /// which waits for what is still being made.
    async fn create(&self, spec: &InstanceSpec) -> Result<(), BackendError>;

    /// Starts the instance, its supervisor waiting for the script, and its services and Docker
    /// daemon; returns when each of them is ready, with the time that each service took, in the
    /// order of the spec.
    ///
    /// # Errors
    /// [`BackendError::Service`] names a service that did not get ready.
    async fn bring_up(&self, id: &str) -> Result<Vec<Duration>, BackendError>;

    /// Hands the script to the supervisor over standard input; brings the instance up first where
    /// that was not done.
    ///
    /// `script` is what [`crate::protocol::Script::encode_framed`] made; it may hold secrets and
    /// must not be logged or stored. Returns when the supervisor has it.
    async fn start(&self, id: &str, script: &[u8]) -> Result<(), BackendError>;

    /// Attaches to the supervisor's records from a byte offset.
    ///
    /// The stream ends when the supervisor or the connection does; which of the two, tell the
    /// last record and [`Backend::status`].
    ///
    /// May be called several times and by a process that did not start the instance.
    async fn attach(&self, id: &str, from: u64) -> Result<Attachment, BackendError>;

    /// Opens a terminal of this size in the job's container, with the user's own shell where the job
    /// waits after a failure.
    ///
    /// # Errors
    /// The backend has no terminals, or the instance does not run.
    async fn console(&self, id: &str, _size: Size) -> Result<Console, BackendError> {
        Err(BackendError::Refused {
            action: format!("opening a shell in {id}"),
            reason: "there are no terminals here".to_owned(),
        })
    }

    /// Tells a terminal its new size.
    async fn resize(&self, _console: &str, _size: Size) -> Result<(), BackendError> {
        Ok(())
    }

    /// Bytes that the instance takes on the engine's disk: what it wrote beside its image, its volumes,
    /// and what its Docker daemon has taken since the first call. May take a while where there are
    /// many files.
    async fn disk_use(&self, id: &str) -> Result<u64, BackendError>;

    /// Folders of this machine on whose disks instances and images lie, as far as they can be seen
    /// from here.
    async fn folders(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// How the instance is now.
    async fn status(&self, id: &str) -> Result<InstanceStatus, BackendError>;

    /// The services that ended although nobody stopped the instance.
    async fn ended_services(&self, id: &str) -> Result<Vec<ServiceEnd>, BackendError>;

    /// Stops all of the instance: TERM to every process, `grace`, then KILL. Idempotent.
    async fn stop(&self, id: &str, grace: Duration) -> Result<(), BackendError>;

    /// Images that the job pushed, as its engine answered (decision 26).
    async fn pushed_images(&self, id: &str) -> Result<Vec<PushedImage>, BackendError>;

    /// Removes all of the instance. Idempotent; an instance that is not there is no error.
    async fn remove(&self, id: &str) -> Result<(), BackendError>;

    /// Removes what runs of dead owners left behind; returns what was removed, for people.
    ///
    /// Things of living owners, and things without our labels, are never touched.
    async fn sweep(&self) -> Result<Vec<String>, BackendError>;

    /// The ids of the instances that were made to outlive their process, whatever is left of each:
    /// [`Backend::sweep`] spares them, and their agent removes those that it knows no job of.
    async fn lasting(&self) -> Result<Vec<String>, BackendError>;

    /// Removes what waits for later instances, and waits until calls that their caller gave up have
    /// taken away what they had made and no instance stands for. To be called before the process ends.
    async fn settle(&self) {}
}

/// An image that is on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The engine's id of it, `sha256:…`.
    pub id: String,
    /// The registry's digest, where it came from one.
    pub digest: Option<String>,
}

/// An image that is present and pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The reference that was asked for.
    pub reference: String,
    /// The engine's id of it, `sha256:…`.
    pub id: String,
    /// The registry's digest, where it came from one.
    pub digest: Option<String>,
    /// The user that its processes run as.
    pub user: User,
    /// Whether it has bash; a POSIX shell is expected in any case.
    pub has_bash: bool,
    /// Whether it has a `sudo` of its own, so that its processes must be able to gain rights
    /// (decision 11); its label `ci.sudo=true|false` says otherwise where it is set.
    pub has_sudo: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A user of an image, as its own passwd file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name, or the number where it has none.
    pub name: String,
    /// The number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// The home directory.
    pub home: String,
}

/// Everything needed to make one instance: a job's container with what belongs to it.
#[derive(Clone, Debug)]
pub struct InstanceSpec {
    /// Unique among all agents on the engine; also the names' stem.
    pub id: String,
    /// Labels for all that is made, beside the backend's own.
    pub labels: BTreeMap<String, String>,
    /// The image of the job's container.
    pub image: Image,
    /// Variables of the container itself; never secret.
    pub env: Vec<(String, String)>,
    /// The work tree.
    pub tree: Option<WorkTree>,
    /// Limits of the job's container, and of its Docker daemon apart.
    pub limits: Limits,
    /// The Docker engine that the job may use.
    pub docker: DockerAccess,
    /// What runs beside the job.
    pub services: Vec<ServiceSpec>,
    /// Certificate authorities that jobs trust (`jobs.ca_file`): a whole bundle in PEM, as it takes
    /// the place of the image's own. A copy of it is mounted read-only.
    pub ca_file: Option<PathBuf>,
    /// The name of the job's machine; `None` for one of the backend's own.
    pub hostname: Option<String>,
    /// Further names of the machine itself, at 127.0.0.1.
    pub hosts: Vec<String>,
    /// Proxies of the host (`jobs.proxy`), as `http_proxy` … variables.
    pub proxy: Vec<(String, String)>,
}

/// A work tree on its way into a container.
#[derive(Clone, Debug)]
pub struct WorkTree {
    /// A tar file on the host with paths relative to [`WorkTree::destination`].
    ///
    /// Owners in it are ignored: files belong to the image's user.
    pub archive: PathBuf,
    /// Where it goes, e.g. `/home/travis/build/owner/repo`.
    pub destination: String,
}

/// What one container may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory; swap is off.
    pub memory: u64,
    /// Processes and threads.
    pub pids: i64,
    /// Processors, in thousandths.
    pub cpu_millis: i64,
    /// Bytes of `/dev/shm`.
    pub shm: u64,
    /// Bytes on the engine's disk. Engines do not limit it; whoever follows a job looks.
    pub disk: u64,
}

/// Which Docker engine a job gets (decision 15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerAccess {
    /// None.
    None,
    /// A daemon of its own.
    Own(Box<OwnDocker>),
    /// The user's own engine, lent by `agent run --docker host`.
    Host,
}

/// A Docker daemon of the job's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDocker {
    /// The image that holds `dockerd`.
    pub image: Image,
    /// Whose layers these are: repository and trust scope. Stores of different scopes are never
    /// shared. `None`: it begins with no layers, and none are kept.
    pub layer_scope: Option<String>,
    /// Registry mirrors, as URLs.
    pub mirrors: Vec<String>,
    /// Registries that are spoken to without TLS, `host:port`.
    pub insecure_registries: Vec<String>,
}

/// An open connection to a supervisor.
pub struct Attachment {
    /// Its records.
    pub output: Pin<Box<dyn AsyncRead + Send>>,
    /// Acknowledgements and commands to it.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// A terminal's size, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// From top to bottom.
    pub rows: u16,
    /// From left to right.
    pub columns: u16,
}

/// A terminal in a job's container. What comes out is as the job's programs wrote it: nothing hides a
/// secret in it.
pub struct Console {
    /// What [`Backend::resize`] calls it.
    pub id: String,
    /// What is to be shown; ends with the shell.
    pub output: Pin<Box<dyn AsyncRead + Send>>,
    /// What is typed.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// How an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceStatus {
    /// What its supervisor is doing.
    pub state: InstanceState,
    /// Whether the kernel killed something in it for memory, even when the job went on.
    pub out_of_memory: bool,
}

/// The state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// Made, not started.
    Created,
    /// Running.
    Running,
    /// Ended with an exit code.
    Exited(i64),
    /// Not there.
    Gone,
}

/// An image that a job pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedImage {
    /// `registry/repository:tag`.
    pub reference: String,
    /// `sha256:…`, as the registry took it.
    pub digest: String,
}

/// What something in a container said. It may hold secrets, and a masker finds them only in words
/// that nobody has changed: whoever shows the message masks it first and makes a line of it after.
pub(crate) fn said(bytes: &[u8]) -> String {
    /// In bytes; far more than any message shows.
    const MOST: usize = 64 << 10;
    let kept = bytes.get(..MOST).unwrap_or(bytes);
    String::from_utf8_lossy(kept).trim().to_owned()
}
