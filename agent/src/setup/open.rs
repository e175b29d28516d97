//! What the work needs, by the settings of the daemon.

use crate::github::signature::{EmptySecret, WebhookSecret};
use crate::github::{Client, SetupError};
use crate::secrets::MasterSources;
use crate::settings::{AutoCancelSettings, DaemonSettings, is_loopback};
use crate::store::{Location, Store, StoreError};
use std::path::PathBuf;
use tempfile::TempDir;
use url::Url;

/// What setting up works with.
#[derive(Debug)]
pub struct Setup {
    pub(super) client: Client,
    pub(super) store: Store,
    /// The keyring's folder.
    pub(super) keys: PathBuf,
    pub(super) master: MasterSources,
    /// The forge's host as keys name it.
    pub(super) host: String,
    /// None where webhooks are off.
    pub(super) hook: Option<Target>,
    pub(super) prefix: String,
    pub(super) auto_cancel: AutoCancelSettings,
    /// Whether to look and change nothing.
    pub(super) dry: bool,
    _nothing: Option<TempDir>,
}

/// Where webhooks deliver to.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) secret: WebhookSecret,
    /// GitHub is elsewhere, and the URL leads it to itself.
    pub(super) out_of_reach: bool,
}

/// Why nothing can be set up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The client of GitHub.
    #[error(transparent)]
    Client(#[from] SetupError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret of webhooks.
    #[error(transparent)]
    Secret(#[from] EmptySecret),
    /// A folder for a trial.
    #[error("no temporary folder can be made: {0}")]
    Folder(#[from] std::io::Error),
}

impl Setup {
    /// Opens the database, and makes a client for GitHub; `dry` looks and changes nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(settings: &DaemonSettings, dry: bool) -> Result<Self, OpenError> {
        let (location, nothing) = location(settings, dry)?;
        Ok(Self {
            client: client(settings)?,
            store: Store::open(&location).await?,
            keys: settings.data.join("keys"),
            master: settings.master.clone(),
            host: settings.github.host(),
            hook: hook(settings)?,
            prefix: settings.settings.status.prefix.clone(),
            auto_cancel: settings.settings.auto_cancel,
            dry,
            _nothing: nothing,
        })
    }

    /// The store, for what only reads it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is said of a change: that it was made, or would be.
    pub(super) fn verb(&self, word: &str) -> String {
        if self.dry {
            format!("would be {word}")
        } else {
            word.to_owned()
        }
    }
}

/// The database; a trial makes nothing, so that where there is none it gets an empty one that goes.
fn location(
    settings: &DaemonSettings,
    dry: bool,
) -> Result<(Location, Option<TempDir>), OpenError> {
    match &settings.database {
        Location::Sqlite(path) if dry && !path.exists() => {
            let folder = tempfile::tempdir()?;
            let location = Location::Sqlite(folder.path().join("agent.db"));
            Ok((location, Some(folder)))
        }
        location => Ok((location.clone(), None)),
    }
}

/// A command ends long before its token does.
fn client(settings: &DaemonSettings) -> Result<Client, SetupError> {
    let token = settings.github.token.clone();
    settings.client(move || Ok(token.clone()))
}

fn hook(settings: &DaemonSettings) -> Result<Option<Target>, OpenError> {
    let Some(secret) = settings.github.webhook_secrets.first() else {
        return Ok(None);
    };
    let mut url = settings.public_url.clone();
    url.set_path("/webhook");
    Ok(Some(Target {
        out_of_reach: is_loopback(&url) && !is_loopback(&settings.github.web),
        url,
        secret: WebhookSecret::new(secret.clone())?,
    }))
}
