//! Removing an instance, however much of it is there.

use super::daemon::Lease;
use super::engine::{SLOW, status};
use super::names::Names;
use super::{Held, Inner, Store, daemon, disk, networks, services};
use crate::backend::BackendError;
use bollard::query_parameters::{RemoveContainerOptionsBuilder, RemoveVolumeOptions};
use std::time::Duration;

/// Removes all of an instance. Goes on after an error and tells the first one.
pub(super) async fn remove(inner: &Inner, id: &str) -> Result<(), BackendError> {
    let lock = inner.lock(id);
    let _creation_is_over = lock.lock().await;
    let names = Names::of(id);
    if daemon::stop(inner, id, &names).await.is_err() {
        // Without the reason: what came from inside is not masked here.
        tracing::debug!(%id, "its Docker did not end by itself");
    }
    let leased = match inner.held(id, |held| held.network.clone()) {
        Some(lease) => Ok(lease),
        None => other_network(inner, &names).await,
    };
    let (services, daemon, job) = tokio::join!(
        services::remove(inner, id, &names),
        container(inner, &names.daemon),
        container(inner, &names.job)
    );
    let (network, work, socket) = tokio::join!(
        end_network(inner, leased, &names, job.is_ok()),
        volume(inner, &names.work),
        volume(inner, &names.socket),
    );
    let store = match inner.let_go(id) {
        Some(Held {
            lease: Some(lease),
            store,
            ..
        }) => give_back(inner, lease, store).await,
        _ => Ok(()),
    };
    inner.forget_lock(id);
    disk::forget(inner, id);
    job.and(daemon)
        .and(services)
        .and(network)
        .and(work)
        .and(socket)
        .and(store)
}

/// The network that an instance has of another process's warm ones. It belongs to this process no
/// more than to anybody, so it goes.
async fn other_network(
    inner: &Inner,
    names: &Names,
) -> Result<Option<networks::Lease>, BackendError> {
    let name = networks::of_container(inner, names).await?;
    Ok(name.map(|name| networks::Lease { name, there: false }))
}

/// Gives back, or removes, the network of an instance, whose container may still be there.
async fn end_network(
    inner: &Inner,
    leased: Result<Option<networks::Lease>, BackendError>,
    names: &Names,
    alone: bool,
) -> Result<(), BackendError> {
    match leased? {
        Some(lease) if alone => networks::give_back(inner, &lease).await,
        Some(lease) => network(inner, &lease.name).await,
        None => network(inner, &names.job).await,
    }
}

/// Ends a lease. A store that no daemon could be brought up on any more goes: it would fail every
/// job that gets it.
async fn give_back(inner: &Inner, lease: Lease, store: Store) -> Result<(), BackendError> {
    let dropped = match store {
        Store::Spoiled => daemon::drop_store(inner, lease.volume()).await,
        Store::Unknown | Store::Whole => Ok(()),
    };
    lease.end(store == Store::Whole);
    dropped
}

/// Removes a container with its anonymous volumes.
pub(super) async fn container(inner: &Inner, name: &str) -> Result<(), BackendError> {
    let request = async {
        let options = RemoveContainerOptionsBuilder::new()
            .force(true)
            .v(true)
            .build();
        match inner
            .engine
            .docker
            .remove_container(name, Some(options))
            .await
        {
            // Being removed by someone else already.
            Err(error) if status(&error) == Some(409) => Ok(()),
            other => other,
        }
    };
    inner
        .engine
        .find("removing the container", SLOW, request)
        .await
        .map(drop)
}

/// Removes a network; it is in use for a moment after its last container went.
pub(super) async fn network(inner: &Inner, name: &str) -> Result<(), BackendError> {
    let request = || inner.engine.docker.remove_network(name);
    patiently(inner, "removing the network", request).await
}

/// Removes a volume, which likewise can be in use for a moment.
pub(super) async fn volume(inner: &Inner, name: &str) -> Result<(), BackendError> {
    let request = || {
        inner
            .engine
            .docker
            .remove_volume(name, None::<RemoveVolumeOptions>)
    };
    patiently(inner, "removing the volume", request).await
}

/// Tries again while the thing is in use.
async fn patiently<F, R>(inner: &Inner, action: &str, request: F) -> Result<(), BackendError>
where
    F: Fn() -> R,
    R: Future<Output = Result<(), bollard::errors::Error>>,
{
    let mut pause = Duration::from_millis(20);
    loop {
        let busy = match tokio::time::timeout(SLOW, request()).await {
            Err(_) => {
                return inner
                    .engine
                    .call(action, Duration::ZERO, std::future::pending())
                    .await;
            }
            Ok(Err(error)) if status(&error) == Some(404) => return Ok(()),
            Ok(Err(error)) if matches!(status(&error), Some(403 | 409 | 500)) => error,
            Ok(other) => return other.map_err(|error| inner.engine.error(action, &error)),
        };
        if pause > Duration::from_secs(3) {
            return Err(inner.engine.error(action, &busy));
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}
