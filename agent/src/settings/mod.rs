//! `agent.yml`: what the operator of this machine sets. One struct per concern.
//!
//! Unknown keys are refused with their line, so that a mistyped limit is not silently no limit.
//! Every setting can be given by a variable as well: `jobs.memory` is `AGENT_JOBS_MEMORY`.

mod client;
mod current;
mod daemon;
mod database;
mod docker;
mod environment;
mod github;
mod intake;
mod jobs;
mod load;
mod logs;
mod overrides;
mod places;
mod queue;
mod registries;
mod retention;
mod secret;
mod server;
mod services;
mod status;
mod units;

pub use current::{Changes, Current};
pub use daemon::{DaemonSettings, GithubAccess};
pub use database::DatabaseSettings;
pub use docker::DockerSettings;
pub use environment::{Environment, variable};
pub use github::GithubSettings;
pub use intake::{PollSettings, WebhookSettings};
pub use jobs::{JobSettings, SMALLEST_DISK, SMALLEST_MEMORY};
pub use load::Loaded;
pub use logs::{LogSettings, SMALLEST_LOG};
pub use overrides::{Override, listed};
pub use places::{Checks, Finding, Origin, Places, Severity};
pub use queue::{AutoCancelSettings, QueueSettings};
pub use registries::RegistrySettings;
pub use retention::RetentionSettings;
pub use secret::{SecretName, SecretPlace};
pub use server::ServerSettings;
pub(crate) use server::{http_address, is_loopback};
pub use services::ServicesSettings;
pub use status::StatusSettings;
pub use units::{read_size, read_time, say_size, say_time};

use crate::data_dir::data_dir;
use crate::error::UserError;
use crate::images::{Rule, Rules};
use crate::secrets::MasterSources;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// All settings. `agent run` reads `jobs`, `docker`, `images` and `registries`; the daemon all of them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct Settings {
    /// The folder for keys, mirrors, logs and the database.
    pub data: Option<PathBuf>,
    /// Where the daemon listens, and how the world reaches it.
    pub server: ServerSettings,
    /// Where GitHub is, and the secrets shared with it.
    pub github: GithubSettings,
    /// Who may restart, cancel and approve.
    pub operator: OperatorSettings,
    /// Where the master key of sealed secrets is.
    pub secrets: SecretsSettings,
    /// Where what outlives the process is kept.
    pub database: DatabaseSettings,
    /// Whether GitHub calls.
    pub webhooks: WebhookSettings,
    /// Whether and how often GitHub is asked.
    pub poll: PollSettings,
    /// Which jobs of the daemon run when.
    pub queue: QueueSettings,
    /// How jobs run.
    pub jobs: JobSettings,
    /// What services beside a job may use.
    pub services: ServicesSettings,
    /// Docker for jobs that ask for it.
    pub docker: DockerSettings,
    /// What commits are told.
    pub status: StatusSettings,
    /// What repositories begin with when they are added.
    pub auto_cancel: AutoCancelSettings,
    /// How much of the jobs' logs is kept.
    pub logs: LogSettings,
    /// How long builds and deliveries are kept.
    pub retention: RetentionSettings,
    /// Rules from a job to its image; the first that fits wins.
    pub images: Vec<Rule>,
    /// Accounts for images that not everybody may have.
    pub registries: Vec<RegistrySettings>,
}

/// `operator:`: who may restart, cancel and approve.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct OperatorSettings {
    /// The file with the token that allows it, at least 16 characters.
    pub token_file: Option<PathBuf>,
}

/// `secrets:`: the key that the private keys of repositories are sealed with.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct SecretsSettings {
    /// The master key's file; `master-key` in the data folder where nothing is said.
    pub master_key_file: Option<PathBuf>,
}

impl Settings {
    /// Reads the settings: from `path` where given, else from `agent.yml` in the user's config
    /// folder where there is one, else the defaults; then from the environment of this process.
    ///
    /// # Errors
    /// A file that can't be read, or that says something unknown; the line is named.
    pub fn load(path: Option<&Path>) -> Result<Self, UserError> {
        let loaded = Loaded::find(path, &Environment::of_process(), &[])?;
        loaded.checked()
    }

    /// Reads the settings for a command that takes no `--config`: `AGENT_CONFIG` or the user's own.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn of_process() -> Result<Self, UserError> {
        let named = std::env::var_os("AGENT_CONFIG").filter(|path| !path.is_empty());
        Self::load(named.as_deref().map(Path::new))
    }

    /// The data folder: the setting `data`, else the user's own. It need not exist.
    ///
    /// # Errors
    /// When it is not set, and there is no home folder either.
    pub fn data_dir(&self) -> Result<PathBuf, UserError> {
        self.data.clone().map_or_else(data_dir, Ok)
    }

    /// Where the master key is looked for: systemd's credential, the environment, its file.
    #[must_use]
    pub fn master_sources(&self, data: &Path) -> MasterSources {
        let sources = MasterSources::of_process(data);
        match &self.secrets.master_key_file {
            Some(file) => MasterSources {
                file: file.clone(),
                ..sources
            },
            None => sources,
        }
    }

    /// The rules by which a job's image is chosen.
    #[must_use]
    pub fn image_rules(&self) -> Rules {
        Rules {
            rules: self.images.clone(),
            base: self.jobs.base_image.clone(),
        }
    }

    /// Reads settings from their text; `name` is what messages call the file.
    ///
    /// # Errors
    /// Not YAML, an unknown key, or a value that makes no sense; line and column are named.
    pub fn parse(text: &str, name: &str) -> Result<Self, UserError> {
        Loaded::parse(text, name, &[])?.checked()
    }

    /// Notes all values that make no sense by themselves, whoever reads them.
    fn check(&self, checks: &mut Checks<'_>) {
        self.queue.check(checks);
        self.jobs.check(checks);
        self.services.check(checks);
        self.docker.check(checks);
        self.status.check(checks);
        self.logs.check(checks);
        self.retention.check(checks);
        intake::check(self.webhooks, self.poll, checks);
        registries::check(&self.registries, checks);
    }
}

#[cfg(test)]
mod tests;
