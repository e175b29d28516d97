//! What must be so before the daemon can serve, looked at in order.

use super::{Parts, files};
use crate::backend::docker::{DockerBackend, Options};
use crate::backend::{Backend, BackendError};
use crate::clock::Clock;
use crate::data_dir;
use crate::git;
use crate::github::{Client, SetupError};
use crate::outdated;
use crate::settings::{Current, DaemonSettings, Environment, SecretName};
use crate::store::{Store, StoreError};
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket};

/// Connections that wait to be taken; the system may allow fewer.
const QUEUE: u32 = 4096;

/// Everything that the daemon's tasks are made of.
pub struct Start {
    /// What it was told.
    pub settings: Current,
    /// The open database.
    pub store: Store,
    /// Its socket; nothing is accepted yet.
    pub listener: TcpListener,
    /// The engine.
    pub backend: Arc<dyn Backend>,
    /// GitHub; nothing was asked yet.
    pub client: Client,
    /// This agent's name among those that share the database.
    pub agent: String,
    /// Keeps other agents out of the data folder for as long as it lives.
    lock: File,
}

/// Why the daemon can't serve.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder can't be made or written.
    #[error("the data folder {path} cannot be written: {error}")]
    Data {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another agent has the data folder.
    #[error("another agent serves from the data folder {0}")]
    Taken(PathBuf),
    /// GitHub can't be called with these settings.
    #[error(transparent)]
    Github(#[from] SetupError),
    /// The database can't be opened, or a newer agent has written it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address can't be listened at.
    #[error("{address} cannot be listened at: {error}")]
    Listen {
        /// Address and port.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// Docker is not there.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl StartError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data { path, .. } => Some(format!(
                "make it writable for this user (`chown {} {}`), or name another one by `data`, \
                 AGENT_DATA or --data",
                rustix::process::geteuid().as_raw(),
                path.display()
            )),
            Self::Taken(_) => Some(
                "stop it first, or give each agent a data folder and an address of its own"
                    .to_owned(),
            ),
            Self::Store(error) => Some(match error {
                StoreError::Newer { .. } => {
                    "start the newer agent, or give this one a database of its own".to_owned()
                }
                _ => "database.path and database.url_file say which one; look at its rights, its \
                      disk and its server"
                    .to_owned(),
            }),
            Self::Listen { address, error } => Some(match error.kind() {
                ErrorKind::AddrInUse => format!(
                    "`ss -ltnp 'sport = :{}'` shows who listens there; server.listen or --listen \
                     chooses another port",
                    address.port()
                ),
                ErrorKind::PermissionDenied => {
                    "ports below 1024 are for root: choose a higher one behind a proxy, see \
                     docs/running.md"
                        .to_owned()
                }
                _ => {
                    "server.listen takes an address of this machine, e.g. 127.0.0.1:8642".to_owned()
                }
            }),
            Self::Github(error) => Some(match error {
                SetupError::Token(_) => {
                    format!("it {}", SecretName::GITHUB_TOKEN.ways())
                }
                _ => "the settings of github: say how it is reached".to_owned(),
            }),
            Self::Backend(error) => error.hint(),
        }
    }
}

impl Start {
    /// Looks at folder, database, port and engine, and takes them. The token is read again from
    /// the `environment` when GitHub refuses it.
    ///
    /// # Errors
    /// The first thing that is not as it must be.
    pub async fn new(
        settings: DaemonSettings,
        environment: &Environment,
    ) -> Result<Self, StartError> {
        files::raise_limit();
        let current = Current::new(settings);
        let settings = current.get();
        let client = client(&current, environment)?;
        let lock = data_folder(&settings.data)?;
        let agent = data_dir::identity(&settings.data).map_err(|error| StartError::Data {
            path: settings.data.clone(),
            error,
        })?;
        let store = Store::open(&settings.database).await?;
        let listener = listen(settings.settings.server.listen).await?;
        let backend = DockerBackend::connect(Options {
            data: settings.data.clone(),
            toolbox: None,
            host: None,
            layers: settings.settings.docker.layers(),
            lasting: true,
            warm_networks: settings.settings.jobs.warm_networks(),
        })
        .await?;
        for hole in backend.holes().await?.into_iter().chain(of_git().await) {
            tracing::warn!("{hole}");
        }
        Ok(Self {
            settings: current,
            store,
            listener,
            backend: Arc::new(backend),
            client,
            agent,
            lock,
        })
    }

    /// What the rooms are made of, where requests come in, and what keeps other agents out of the
    /// data folder for as long as it lives.
    #[must_use]
    pub fn parts(self) -> (Parts, TcpListener, File) {
        let parts = Parts {
            settings: self.settings,
            store: self.store,
            backend: self.backend,
            client: Arc::new(self.client),
            agent: self.agent,
            clock: Clock::system(),
        };
        (parts, self.listener, self.lock)
    }
}

/// What the operator should know of this machine's git.
async fn of_git() -> Vec<String> {
    match tokio::task::spawn_blocking(git::version).await {
        Ok(Ok(version)) => outdated::warnings("git", &version),
        Ok(Err(error)) => vec![format!("jobs get no work tree: {error}")],
        Err(_) => Vec::new(),
    }
}

/// The client of GitHub, with a token that can be replaced while the agent runs.
fn client(current: &Current, environment: &Environment) -> Result<Client, SetupError> {
    let (told, environment) = (current.clone(), environment.clone());
    current.get().client(move || {
        let file = &told.get().settings.github.token_file;
        SecretName::GITHUB_TOKEN.read_again(file.as_deref(), &environment)
    })
}

/// Makes the data folder, for nobody else to read, and locks it.
fn data_folder(path: &Path) -> Result<File, StartError> {
    let failed = |error: io::Error| StartError::Data {
        path: path.to_owned(),
        error,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.join("serve.lock"))
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StartError::Taken(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    bind(address).map_err(|error| StartError::Listen { address, error })
}

/// As [`TcpListener::bind`], with a longer queue: deliveries come by the thousand, and a connection
/// that finds it full is tried again only after a second.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_data_folder_is_made_for_its_owner_only_and_taken_once() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        let lock = data_folder(&folder).unwrap();
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let taken = data_folder(&folder).unwrap_err();
        assert!(matches!(taken, StartError::Taken(_)), "{taken}");
        drop(lock);
        assert!(data_folder(&folder).is_ok(), "a lock dies with its holder");
    }

    #[test]
    fn a_data_folder_that_cannot_be_written_is_named_with_the_fix() {
        let error = data_folder(Path::new("/dev/null/data")).unwrap_err();
        insta::assert_snapshot!(error, @"the data folder /dev/null/data cannot be written: Not a directory (os error 20)");
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("chown") && hint.contains("AGENT_DATA"),
            "{hint}"
        );
    }

    #[tokio::test]
    async fn a_port_in_use_is_said_with_a_way_to_see_by_whom() {
        let first = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = first.local_addr().unwrap();
        let error = listen(address).await.unwrap_err();
        let port = address.port();
        assert_eq!(
            error.to_string(),
            format!("127.0.0.1:{port} cannot be listened at: Address already in use (os error 98)")
        );
        let hint = error.hint().unwrap();
        assert!(hint.contains(&format!("sport = :{port}")), "{hint}");
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_said_to_be_one() {
        let error = listen("192.0.2.1:8642".parse().unwrap()).await.unwrap_err();
        let hint = error.hint().unwrap();
        assert!(hint.contains("an address of this machine"), "{hint}");
    }
}
