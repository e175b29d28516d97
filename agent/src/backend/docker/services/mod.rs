//! Services of a job: containers in its network namespace, so that it finds them on localhost
//! (decision 14), each with limits of its own.

mod config;
mod ready;

pub(super) use ready::start;

use super::engine::QUICK;
use super::names::{INSTANCE, Names};
use super::stop::{kill, state};
use super::{Inner, create, remove};
use crate::backend::{BackendError, ServiceEnd, ServiceSpec};
use bollard::query_parameters::ListContainersOptionsBuilder;
use config::SERVICE;
use futures_util::future::{join_all, try_join_all};
use std::collections::HashMap;

/// Makes the containers; the job's must be there.
pub(super) async fn create(
    inner: &Inner,
    services: &[ServiceSpec],
    names: &Names,
    labels: &HashMap<String, String>,
) -> Result<(), BackendError> {
    let made = services.iter().map(|service| async move {
        let body = config::container(service, names, labels.clone());
        let action = format!("making the container of the service {}", service.name);
        create::container(inner, &names.service(&service.name), body, &action).await
    });
    try_join_all(made).await.map(drop)
}

/// Those that run no more.
pub(super) async fn ended(inner: &Inner, id: &str) -> Result<Vec<ServiceEnd>, BackendError> {
    let names = Names::of(id);
    let services = known(inner, id).await?;
    let looks = services.iter().map(|name| async {
        let state = state(inner, &names.service(name)).await?;
        let end = |code, out_of_memory| ServiceEnd {
            name: name.clone(),
            code,
            out_of_memory,
        };
        Ok(match state {
            None => Some(end(None, false)),
            Some(state) if state.running == Some(true) => None,
            Some(state) => Some(end(state.exit_code, state.oom_killed == Some(true))),
        })
    });
    let ends: Vec<Option<ServiceEnd>> = try_join_all(looks).await?;
    Ok(ends.into_iter().flatten().collect())
}

/// Kills all of them.
pub(super) async fn stop(inner: &Inner, id: &str, names: &Names) -> Result<(), BackendError> {
    let services = known(inner, id).await?;
    let kills = services.iter().map(|name| async {
        let container = names.service(name);
        kill(inner, &container, "SIGKILL").await
    });
    join_all(kills).await.into_iter().collect()
}

/// Removes all of them with the volumes that their images ask for.
pub(super) async fn remove(inner: &Inner, id: &str, names: &Names) -> Result<(), BackendError> {
    let services = known(inner, id).await?;
    let removals = services.iter().map(|name| async {
        let container = names.service(name);
        remove::container(inner, &container).await
    });
    join_all(removals).await.into_iter().collect()
}

/// The names of an instance's services. Only of one that another process made has the engine to be
/// asked.
pub(super) async fn known(inner: &Inner, id: &str) -> Result<Vec<String>, BackendError> {
    let names = |services: &[ServiceSpec]| {
        let names = services.iter().map(|service| service.name.clone());
        names.collect()
    };
    if let Some(known) = inner.held(id, |held| names(&held.services)) {
        return Ok(known);
    }
    let mut filter = inner.maker.filter();
    let labels = filter.entry("label".to_owned()).or_default();
    labels.extend([format!("{INSTANCE}={id}"), SERVICE.to_owned()]);
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filter)
        .build();
    let request = inner.engine.docker.list_containers(Some(options));
    let found = inner
        .engine
        .call("listing services", QUICK, request)
        .await?
        .into_iter();
    Ok(found
        .filter_map(|container| container.labels?.remove(SERVICE))
        .collect())
}
