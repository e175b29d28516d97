//! Which layer stores there are, and taking away those that nobody will miss.

use super::super::engine::QUICK;
use super::super::names::LAYERS;
use super::super::{Inner, LayerLimits, remove};
use super::gone::is_gone;
use super::pool::{self, in_use, lock, lock_file, users_file};
use crate::backend::BackendError;
use bollard::query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptions};
use std::collections::HashMap;
use std::path::Path;
use std::time::SystemTime;

/// All stores of this data directory, with their scopes.
pub(in super::super) async fn stores(inner: &Inner) -> Result<Vec<(String, String)>, BackendError> {
    let found = list(inner, &inner.maker.filter()).await?;
    let scope = |mut labels: HashMap<String, String>| labels.remove(LAYERS);
    let stores = found.into_iter();
    Ok(stores
        .filter_map(|(name, labels)| Some((name, scope(labels)?)))
        .collect())
}

/// Removes the stores of this data directory that are beyond its limits, and those of data
/// directories that are gone. One that is in use stays; so does one that cannot be removed. Goes
/// on after an error and tells the first one.
pub(in super::super) async fn prune(inner: &Inner) -> Result<(), BackendError> {
    let own = prune_own(inner).await;
    own.and(prune_abandoned(inner).await)
}

async fn prune_own(inner: &Inner) -> Result<(), BackendError> {
    let folder = pool::folder(inner);
    let stores = stores(inner).await?.into_iter();
    let stores = stores.map(|(volume, _)| (last_use(&folder, &volume), volume));
    for volume in beyond(stores.collect(), inner.layers, SystemTime::now()) {
        if in_use(inner, &volume).await? {
            continue;
        }
        let locked = lock(&folder, &volume).map_err(BackendError::data(&folder))?;
        let Some(_held) = locked else { continue };
        tracing::info!(%volume, "removing a layer store that is beyond its limits");
        if let Err(error) = drop_store(inner, &volume).await {
            tracing::warn!(%volume, %error, "it stays");
        }
    }
    Ok(())
}

async fn prune_abandoned(inner: &Inner) -> Result<(), BackendError> {
    for volume in abandoned(inner).await? {
        tracing::info!(%volume, "removing a layer store whose data folder is gone");
        let request = inner
            .engine
            .docker
            .remove_volume(&volume, None::<RemoveVolumeOptions>);
        let removed = inner.engine.find("removing a layer store", QUICK, request);
        if let Err(error) = removed.await {
            tracing::warn!(%volume, %error, "it stays");
        }
    }
    Ok(())
}

/// Removes a store whose lease is held, with what is known of it.
pub(in super::super) async fn drop_store(inner: &Inner, volume: &str) -> Result<(), BackendError> {
    remove::volume(inner, volume).await?;
    let folder = pool::folder(inner);
    for file in [users_file(&folder, volume), lock_file(&folder, volume)] {
        // Without the volume they mean nothing.
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// When a store was leased last; long ago where nobody knows.
fn last_use(folder: &Path, volume: &str) -> SystemTime {
    let lease = std::fs::metadata(lock_file(folder, volume));
    lease
        .and_then(|lease| lease.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The stores that have not been used for too long, and of the others those that are too many.
fn beyond(
    mut stores: Vec<(SystemTime, String)>,
    limits: LayerLimits,
    now: SystemTime,
) -> Vec<String> {
    stores.sort();
    let too_many = stores.len().saturating_sub(limits.stores);
    let too_old = |last: SystemTime| now.duration_since(last).is_ok_and(|age| age > limits.age);
    let doomed = stores.into_iter().enumerate();
    doomed
        .filter(|(place, (last, _))| *place < too_many || too_old(*last))
        .map(|(_, (_, volume))| volume)
        .collect()
}

/// Stores of data directories that are not there any more, or have another name by now.
async fn abandoned(inner: &Inner) -> Result<Vec<String>, BackendError> {
    let filter = HashMap::from([("label".to_owned(), vec![LAYERS.to_owned()])]);
    let found = list(inner, &filter).await?.into_iter();
    let gone = found.filter(|(_, labels)| is_gone(labels));
    Ok(gone.map(|(volume, _)| volume).collect())
}

async fn list(
    inner: &Inner,
    filter: &HashMap<String, Vec<String>>,
) -> Result<Vec<(String, HashMap<String, String>)>, BackendError> {
    let options = ListVolumesOptionsBuilder::new().filters(filter).build();
    let request = inner.engine.docker.list_volumes(Some(options));
    let found = inner.engine.call("listing volumes", QUICK, request).await?;
    let volumes = found.volumes.unwrap_or_default().into_iter();
    Ok(volumes.map(|one| (one.name, one.labels)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn old_stores_go_and_of_the_rest_the_least_used() {
        let now = SystemTime::UNIX_EPOCH + 1000 * DAY;
        let store = |days: u32| (now - days * DAY, format!("{days}"));
        let stores: Vec<_> = [3, 40, 1, 2, 29].map(store).to_vec();
        let beyond = |stores_kept, age| {
            let limits = LayerLimits {
                stores: stores_kept,
                age: age * DAY,
            };
            beyond(stores.clone(), limits, now)
        };
        assert_eq!(beyond(9, 30), ["40"]);
        assert_eq!(beyond(3, 30), ["40", "29"]);
        assert_eq!(beyond(2, 2), ["40", "29", "3"]);
        assert_eq!(beyond(0, 99).len(), 5);
        // A clock that was put back makes nothing old.
        assert_eq!(
            super::beyond(vec![store(0)], LayerLimits::default(), now - DAY),
            [""; 0]
        );
    }
}
