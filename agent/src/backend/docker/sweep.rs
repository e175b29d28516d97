//! Finding and removing what dead processes of this data directory left behind.

use super::engine::QUICK;
use super::names::{INSTANCE, is_left_over};
use super::{Inner, daemon, remove, toolbox};
use crate::backend::BackendError;
use bollard::models::{ContainerSummary, Network, Volume};
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// Removes leftovers: containers first, as they hold the rest. Layer stores have no owner; those
/// beyond their limits go, and so do old builds of the toolbox, both without a word: nobody left
/// them behind. Goes on after an error and tells the first one.
pub(super) async fn sweep(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let mut removed = Vec::new();
    let mut failed: Option<BackendError> = None;
    let mut note = |kind: &str, name: String, done: Result<(), BackendError>| match done {
        Ok(()) => removed.push(format!("{kind} {name}")),
        Err(error) => {
            failed.get_or_insert(error);
        }
    };
    let all = futures_util::future::join_all(containers(inner).await?.into_iter().map(
        |name| async move {
            let done = remove::container(inner, &name).await;
            (name, done)
        },
    ));
    for (name, done) in all.await {
        note("container", name, done);
    }
    let toolboxes = mounted(inner).await;
    let toolboxes = toolboxes.map(|mounted| toolbox::prune(&inner.data, &mounted));
    let stores = daemon::prune(inner).await;
    for name in networks(inner).await? {
        let done = remove::network(inner, &name).await;
        note("network", name, done);
    }
    for name in volumes(inner).await? {
        let done = remove::volume(inner, &name).await;
        note("volume", name, done);
    }
    let failed = failed.map_or(Ok(removed), Err);
    toolboxes.and(stores).and(failed)
}

/// The instances that outlive the process that made them, by whatever is left of each.
pub(super) async fn lasting(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let filter = inner.maker.lasting();
    let containers = containers_of(inner, &filter).await?.into_iter();
    let networks = networks_of(inner, &filter).await?.into_iter();
    let volumes = volumes_of(inner, &filter).await?.into_iter();
    let labels = containers.filter_map(|container| container.labels);
    let labels = labels.chain(networks.filter_map(|network| network.labels));
    let labels = labels.chain(volumes.map(|volume| volume.labels));
    let ids: BTreeSet<String> = labels
        .filter_map(|mut labels| labels.remove(INSTANCE))
        .collect();
    Ok(ids.into_iter().collect())
}

/// All containers of this data directory.
async fn all_containers(inner: &Inner) -> Result<Vec<ContainerSummary>, BackendError> {
    containers_of(inner, &inner.maker.filter()).await
}

async fn containers_of(
    inner: &Inner,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Vec<ContainerSummary>, BackendError> {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(filter)
        .build();
    let request = inner.engine.docker.list_containers(Some(options));
    inner
        .engine
        .call("listing containers", QUICK, request)
        .await
}

/// What they see of the host.
async fn mounted(inner: &Inner) -> Result<Vec<PathBuf>, BackendError> {
    let containers = all_containers(inner).await?.into_iter();
    let mounts = containers.flat_map(|container| container.mounts.unwrap_or_default());
    Ok(mounts
        .filter_map(|mount| mount.source.map(PathBuf::from))
        .collect())
}

async fn containers(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let left = all_containers(inner)
        .await?
        .into_iter()
        .filter(|container| container.labels.as_ref().is_some_and(is_left_over));
    let name = |container: ContainerSummary| {
        let name = container.names.and_then(|names| names.into_iter().next());
        name.map(|name| name.trim_start_matches('/').to_owned())
            .or(container.id)
    };
    Ok(left.filter_map(name).collect())
}

async fn networks_of(
    inner: &Inner,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Vec<Network>, BackendError> {
    let options = ListNetworksOptionsBuilder::new().filters(filter).build();
    let request = inner.engine.docker.list_networks(Some(options));
    inner.engine.call("listing networks", QUICK, request).await
}

/// Those whose process is gone. A warm one may still have the instance that the process gave it,
/// where instances outlive theirs; it goes with that.
async fn networks(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let left = networks_of(inner, &inner.maker.filter())
        .await?
        .into_iter()
        .filter(|network| network.labels.as_ref().is_some_and(is_left_over));
    let mut left: Vec<String> = left.filter_map(|network| network.name).collect();
    if !left.is_empty() {
        // Listed after the networks: the process that could make a container for one is gone.
        let modes = all_containers(inner).await?.into_iter();
        let modes = modes.filter_map(|container| container.host_config?.network_mode);
        let used: BTreeSet<String> = modes.collect();
        left.retain(|name| !used.contains(name));
    }
    Ok(left)
}

async fn volumes_of(
    inner: &Inner,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Vec<Volume>, BackendError> {
    let options = ListVolumesOptionsBuilder::new().filters(filter).build();
    let request = inner.engine.docker.list_volumes(Some(options));
    let found = inner.engine.call("listing volumes", QUICK, request).await?;
    Ok(found.volumes.unwrap_or_default())
}

async fn volumes(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let left = volumes_of(inner, &inner.maker.filter()).await?.into_iter();
    Ok(left
        .filter(|volume| is_left_over(&volume.labels))
        .map(|volume| volume.name)
        .collect())
}
