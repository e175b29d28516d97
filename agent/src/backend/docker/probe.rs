//! What an image holds that its config does not say: read from a container that never starts,
//! once for each image, and kept in `<data>/images/`.

use super::Inner;
use super::engine::{Engine, QUICK, SLOW};
use super::passwd::{Facts, user};
use crate::backend::{BackendError, User};
use bollard::models::{ContainerCreateBody, ImageConfig};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, CreateContainerOptions, CreateContainerOptionsBuilder,
    DownloadFromContainerOptionsBuilder, RemoveContainerOptionsBuilder,
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::PathBuf;

/// The longest file that is read out of an image, in bytes.
const LONGEST: u64 = 4 << 20;
/// The version of what is kept; another one is looked up again.
const VERSION: u32 = 1;

/// What was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Found {
    version: u32,
    /// Its user.
    pub(super) user: FoundUser,
    /// Whether there is a bash.
    pub(super) bash: bool,
    /// Whether there is a sudo.
    pub(super) sudo: bool,
}

/// [`User`] as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FoundUser {
    name: String,
    uid: u32,
    gid: u32,
    home: String,
}

impl From<FoundUser> for User {
    fn from(user: FoundUser) -> Self {
        Self {
            name: user.name,
            uid: user.uid,
            gid: user.gid,
            home: user.home,
        }
    }
}

/// Looks into an image, or remembers having done so.
pub(super) async fn probe(
    inner: &Inner,
    reference: &str,
    id: &str,
    config: &ImageConfig,
) -> Result<Found, BackendError> {
    let kept = kept_at(inner, id);
    let known = std::fs::read(&kept)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Found>(&bytes).ok())
        .filter(|found| found.version == VERSION);
    if let Some(found) = known {
        return Ok(found);
    }
    let found = look(inner, reference, id, config).await?;
    // Not kept is only slower the next time.
    let _ = kept.parent().map(std::fs::create_dir_all);
    let _ = serde_json::to_vec(&found).map(|bytes| std::fs::write(&kept, bytes));
    Ok(found)
}

fn kept_at(inner: &Inner, id: &str) -> PathBuf {
    let hash: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    inner.data.join("images").join(format!("{hash}.json"))
}

/// Goes on when its caller gives up, so that the container never stays; see [`Backend::settle`].
///
/// [`Backend::settle`]: crate::backend::Backend::settle
async fn look(
    inner: &Inner,
    reference: &str,
    id: &str,
    config: &ImageConfig,
) -> Result<Found, BackendError> {
    let engine = inner.engine.clone();
    let name = format!(
        "ci-probe-{}",
        ulid::Ulid::generate().to_string().to_lowercase()
    );
    let body = ContainerCreateBody {
        image: Some(id.to_owned()),
        entrypoint: Some(vec!["/never".to_owned()]),
        network_disabled: Some(true),
        labels: Some(inner.maker.passing(&name)),
        ..ContainerCreateBody::default()
    };
    let options = CreateContainerOptionsBuilder::new().name(&name).build();
    let action = format!("looking into image {reference}");
    let (config, broke) = (config.clone(), action.clone());
    let look = async move { made_for(&engine, &action, &name, options, body, &config).await };
    let found = inner.background.spawn(look).await;
    found.unwrap_or_else(|error| {
        Err(BackendError::Refused {
            action: broke,
            reason: error.to_string(),
        })
    })
}

/// Makes the container, reads it and removes it in any case.
async fn made_for(
    engine: &Engine,
    action: &str,
    name: &str,
    options: CreateContainerOptions,
    body: ContainerCreateBody,
    config: &ImageConfig,
) -> Result<Found, BackendError> {
    let made = engine.docker.create_container(Some(options), body);
    engine.call(action, SLOW, made).await?;
    let found = read(engine, name, config).await;
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    let removed = engine.docker.remove_container(name, Some(options));
    let removed = engine.find(action, SLOW, removed).await;
    let found = found?;
    removed?;
    Ok(found)
}

async fn read(engine: &Engine, name: &str, config: &ImageConfig) -> Result<Found, BackendError> {
    let passwd = file(engine, name, "/etc/passwd").await?;
    let group = file(engine, name, "/etc/group").await?;
    let home = config
        .env
        .iter()
        .flatten()
        .find_map(|variable| variable.strip_prefix("HOME="));
    let user = user(Facts {
        user: config.user.as_deref().unwrap_or(""),
        home,
        passwd: &passwd,
        group: &group,
    });
    let mut bash = false;
    for path in ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"] {
        bash = bash || exists(engine, name, path).await?;
    }
    Ok(Found {
        version: VERSION,
        user: FoundUser {
            name: user.name,
            uid: user.uid,
            gid: user.gid,
            home: user.home,
        },
        bash,
        sudo: exists(engine, name, "/usr/bin/sudo").await?,
    })
}

async fn exists(engine: &Engine, name: &str, path: &str) -> Result<bool, BackendError> {
    let options = ContainerArchiveInfoOptionsBuilder::new().path(path).build();
    let request = engine
        .docker
        .get_container_archive_info(name, Some(options));
    let found = engine.find("looking into an image", QUICK, request).await?;
    Ok(found.is_some())
}

/// A file of the image as text; empty where there is none, or where it is no plain file.
async fn file(engine: &Engine, name: &str, path: &str) -> Result<String, BackendError> {
    if !exists(engine, name, path).await? {
        return Ok(String::new());
    }
    let options = DownloadFromContainerOptionsBuilder::new()
        .path(path)
        .build();
    let mut pieces = std::pin::pin!(engine.docker.download_from_container(name, Some(options)));
    let mut archive = Vec::new();
    let whole = async {
        while let Some(piece) = pieces.next().await {
            archive.extend(piece?);
            if archive.len() as u64 > LONGEST {
                break;
            }
        }
        Ok(())
    };
    engine
        .call("reading a file of an image", QUICK, whole)
        .await?;
    let mut archive = tar::Archive::new(archive.as_slice());
    let entry = archive
        .entries()
        .ok()
        .and_then(|mut entries| entries.next()?.ok());
    let mut text = Vec::new();
    if let Some(entry) = entry
        && entry.header().entry_type().is_file()
    {
        // A cut file is as good as none.
        let _ = entry.take(LONGEST).read_to_end(&mut text);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}
