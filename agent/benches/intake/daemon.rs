//! `agent serve`, and a repository that it builds.

use crate::Result;
use crate::github_model::GithubModel;
use crate::process::Process;
use agent::store::{Location, Repository, RepositoryId, RepositorySettings, Store};
use jiff::Timestamp;
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What deliveries are signed with.
pub(crate) const SECRET: &str = "0123456789abcdef";

/// Of a build of this no job can run, so that the bench measures no containers.
const CONFIG: (&str, &str) = (".ci.yml", "os: osx\nscript: make\n");

pub(crate) struct Daemon {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    /// A push as GitHub would deliver it.
    pub(crate) push: Value,
    process: Process,
    _model: GithubModel,
    folder: TempDir,
}

impl Daemon {
    pub(crate) async fn start() -> Result<Self> {
        let model = GithubModel::start().lenient();
        let repo = model.repository("octo/hello");
        repo.add_hook("http://127.0.0.1:9/webhook", SECRET);
        repo.push("main", &[CONFIG], "Begin");
        let deliveries = repo.deliveries();
        let push = deliveries.iter().find(|one| one.event == "push");
        let push = push.ok_or("the model delivers no push")?.payload.clone();

        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        settings(folder.path(), address, &model)?;
        let data = folder.path().join("data");
        let store = Store::open(&Location::Sqlite(data.join("agent.db"))).await?;
        let repository = Repository {
            id: RepositoryId(repo.id),
            slug: repo.full_name(),
            private: false,
            default_branch: repo.default_branch(),
            active: true,
            hook: None,
            settings: RepositorySettings::default(),
        };
        store.put_repository(&repository, Timestamp::now()).await?;

        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = Process::start(
            Command::new(env!("CARGO_BIN_EXE_agent"))
                .arg("serve")
                .arg("--config")
                .arg(folder.path().join("agent.yml"))
                .stdout(Stdio::null())
                .stderr(log),
        )?;
        let mut daemon = Self {
            address,
            store,
            push,
            process,
            _model: model,
            folder,
        };
        daemon.ready().await?;
        Ok(daemon)
    }

    async fn ready(&mut self) -> Result<()> {
        let patience = Instant::now() + Duration::from_secs(60);
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            if self.process.has_ended()? || Instant::now() > patience {
                let log = std::fs::read_to_string(self.folder.path().join("log"))?;
                return Err(format!("agent serve did not start: {log}").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Megabytes now, and at most so far.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        self.process.memory()
    }

    /// The time that processors have worked for it.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        self.process.cpu()
    }

    /// SIGTERM; it must end well.
    pub(crate) fn stop(self) -> Result<()> {
        if self.process.end()? {
            return Ok(());
        }
        Err("agent serve did not end well".into())
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn settings(folder: &Path, address: SocketAddr, model: &GithubModel) -> Result<()> {
    let secret = |name: &str, text: &str| -> Result<()> {
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        Ok(std::fs::set_permissions(
            path,
            PermissionsExt::from_mode(0o600),
        )?)
    };
    let data = folder.join("data");
    std::fs::create_dir(&data)?;
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o700))?;
    secret("token", &model.token())?;
    secret("webhook", SECRET)?;
    secret("operator", "operators-token-of-some-length")?;
    secret("data/master-key", &"a5".repeat(32))?;
    let dir = folder.display();
    let (web, api) = (model.web_url(), model.api_url());
    let text = format!(
        "data: {dir}/data\n\
         server: {{public_url: \"http://{address}\", listen: \"{address}\"}}\n\
         github: {{web_url: \"{web}\", api_url: \"{api}\", token_file: {dir}/token, \
         webhook_secret_file: {dir}/webhook}}\n\
         operator: {{token_file: {dir}/operator}}\n\
         poll: {{enabled: false}}\n"
    );
    secret("agent.yml", &text)
}
