//! Finding and removing what dead processes of this data directory left behind.

use super::engine::QUICK;
use super::names::is_left_over;
use super::{Inner, remove};
use crate::backend::BackendError;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
};

/// Removes leftovers: containers first, as they hold the rest. Layer stores have no owner and
/// stay. Goes on after an error and tells the first one.
pub(super) async fn sweep(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let mut removed = Vec::new();
    let mut failed = None;
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
    for name in networks(inner).await? {
        let done = remove::network(inner, &name).await;
        note("network", name, done);
    }
    for name in volumes(inner).await? {
        let done = remove::volume(inner, &name).await;
        note("volume", name, done);
    }
    failed.map_or(Ok(removed), Err)
}

async fn containers(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&inner.maker.filter())
        .build();
    let request = inner.engine.docker.list_containers(Some(options));
    let found = inner
        .engine
        .call("listing containers", QUICK, request)
        .await?;
    let left = found
        .into_iter()
        .filter(|container| container.labels.as_ref().is_some_and(is_left_over));
    let name = |container: bollard::models::ContainerSummary| {
        let name = container.names.and_then(|names| names.into_iter().next());
        name.map(|name| name.trim_start_matches('/').to_owned())
            .or(container.id)
    };
    Ok(left.filter_map(name).collect())
}

async fn networks(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let options = ListNetworksOptionsBuilder::new()
        .filters(&inner.maker.filter())
        .build();
    let request = inner.engine.docker.list_networks(Some(options));
    let found = inner
        .engine
        .call("listing networks", QUICK, request)
        .await?;
    let left = found
        .into_iter()
        .filter(|network| network.labels.as_ref().is_some_and(is_left_over));
    Ok(left.filter_map(|network| network.name).collect())
}

async fn volumes(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let options = ListVolumesOptionsBuilder::new()
        .filters(&inner.maker.filter())
        .build();
    let request = inner.engine.docker.list_volumes(Some(options));
    let found = inner.engine.call("listing volumes", QUICK, request).await?;
    let left = found.volumes.unwrap_or_default().into_iter();
    Ok(left
        .filter(|volume| is_left_over(&volume.labels))
        .map(|volume| volume.name)
        .collect())
}
