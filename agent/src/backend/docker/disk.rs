//! How much of the engine's disk an instance takes.
//!
//! The engine itself measures what a container wrote beside its image. It does not measure volumes:
//! of those the toolbox inside counts the files, as root, so that no mode hides any. A job that is root
//! in its container may disturb that count; what it can't reach is the engine's own, and the floor
//! of free space below which no job begins.

use super::engine::{QUICK, SLOW};
use super::names::Names;
use super::toolbox::PROGRAM;
use super::{Inner, daemon, services};
use crate::backend::BackendError;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::InspectContainerOptionsBuilder;
use std::path::PathBuf;
use std::sync::PoisonError;

const ROOT: &str = "0:0";
/// The engine's word for a mount that is a volume.
const VOLUME: &str = "volume";

/// All that an instance takes. Of the layers of its own Docker only what came to be since the first
/// call: the store was there before it.
pub(super) async fn used(inner: &Inner, id: &str) -> Result<u64, BackendError> {
    let names = Names::of(id);
    let job = measured(inner, &names.job).await?;
    let Some(job) = job else {
        return Err(BackendError::Gone {
            id: id.to_owned(),
            reason: "there is no such container".to_owned(),
        });
    };
    let written = written(&job);
    let folders = volumes(&job);
    let in_volumes = count(inner, &names.job, &folders).await?;
    let mut used = written.saturating_add(in_volumes);
    if let Some(daemon) = measured(inner, &names.daemon).await? {
        let layers = count(inner, &names.daemon, &[daemon::LAYERS_FOLDER.to_owned()]).await?;
        let mut before = inner
            .layers_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = *before.entry(id.to_owned()).or_insert(layers);
        let grown = layers.saturating_sub(before);
        used = used
            .saturating_add(grown)
            .saturating_add(self::written(&daemon));
    }
    for service in services::known(inner, id).await? {
        if let Some(service) = measured(inner, &names.service(&service)).await? {
            used = used.saturating_add(self::written(&service));
        }
    }
    Ok(used)
}

/// Forgets an instance that is gone.
pub(super) fn forget(inner: &Inner, id: &str) {
    let before = inner.layers_before.lock();
    before.unwrap_or_else(PoisonError::into_inner).remove(id);
}

/// The engine's own folder, where it is on this machine and not only on that of the engine.
pub(super) async fn folders(inner: &Inner) -> Vec<PathBuf> {
    let asked = inner.engine.docker.info();
    let told = inner
        .engine
        .call("asking where it keeps things", QUICK, asked);
    let root = told.await.ok().and_then(|info| info.docker_root_dir);
    root.map(PathBuf::from)
        .filter(|root| root.is_dir())
        .into_iter()
        .collect()
}

async fn measured(
    inner: &Inner,
    container: &str,
) -> Result<Option<ContainerInspectResponse>, BackendError> {
    let options = InspectContainerOptionsBuilder::new().size(true).build();
    let request = inner
        .engine
        .docker
        .inspect_container(container, Some(options));
    inner
        .engine
        .find("measuring the container", SLOW, request)
        .await
}

fn written(container: &ContainerInspectResponse) -> u64 {
    let bytes = container.size_rw.unwrap_or_default();
    u64::try_from(bytes).unwrap_or_default()
}

/// Where a container has its volumes, those that its image declares among them.
fn volumes(container: &ContainerInspectResponse) -> Vec<String> {
    let mounts = container.mounts.iter().flatten();
    mounts
        .filter(|mount| mount.typ.as_deref() == Some(VOLUME))
        .filter_map(|mount| mount.destination.clone())
        .collect()
}

/// Bytes of the files below folders of a container; nothing of one that runs no more.
async fn count(inner: &Inner, container: &str, folders: &[String]) -> Result<u64, BackendError> {
    if folders.is_empty() {
        return Ok(0);
    }
    let mut command = vec![PROGRAM, "disk-use"];
    command.extend(folders.iter().map(String::as_str));
    let counted = inner
        .engine
        .exec_as(Some(ROOT), container, &command, SLOW)
        .await;
    let counted = match counted {
        Err(BackendError::Gone { .. }) => return Ok(0),
        counted => counted?,
    };
    let text = String::from_utf8_lossy(&counted.out);
    text.trim().parse().map_err(|_| BackendError::Refused {
        action: "counting the files of its volumes".to_owned(),
        reason: counted.said(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::MountPoint;

    #[test]
    fn volumes_are_counted_and_files_of_the_host_are_not() {
        let mount = |typ: &str, path: &str| MountPoint {
            typ: Some(typ.to_owned()),
            destination: Some(path.to_owned()),
            ..MountPoint::default()
        };
        let container = ContainerInspectResponse {
            size_rw: Some(12),
            mounts: Some(vec![
                mount("bind", "/opt/ci"),
                mount("volume", "/var/lib/data"),
                mount("tmpfs", "/run/ci"),
            ]),
            ..ContainerInspectResponse::default()
        };
        assert_eq!(volumes(&container), ["/var/lib/data"]);
        assert_eq!(written(&container), 12);
        assert_eq!(written(&ContainerInspectResponse::default()), 0);
    }
}
