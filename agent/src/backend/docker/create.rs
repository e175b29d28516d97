//! Making an instance: network, volumes and containers, as much at once as can be.

use super::container::{HostSide, job};
use super::engine::SLOW;
use super::names::Names;
use super::{Inner, authorities, daemon, networks, remove, services, upload};
use crate::backend::{BackendError, DockerAccess, InstanceSpec};
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

/// Makes an instance, or nothing. It goes on to its end even when the caller stops waiting, so
/// that [`remove::remove`], which waits for it, finds all that was made.
pub(super) async fn create(inner: &Arc<Inner>, spec: &InstanceSpec) -> Result<(), BackendError> {
    let (inner, spec) = (Arc::clone(inner), spec.clone());
    let id = spec.id.clone();
    let lock = inner.lock(&id).lock_owned().await;
    if !inner.begin(&id) {
        return Err(BackendError::Refused {
            action: "making the job's container".to_owned(),
            reason: format!("{id} is there already"),
        });
    }
    let work = tokio::spawn(async move {
        let made = make(&inner, &spec).await;
        drop(lock);
        if made.is_err() {
            // The first error is what people need to see.
            let _ = remove::remove(&inner, &spec.id).await;
        }
        made
    });
    work.await.unwrap_or_else(|error| {
        Err(BackendError::Refused {
            action: format!("making {id}"),
            reason: error.to_string(),
        })
    })
}

async fn make(inner: &Inner, spec: &InstanceSpec) -> Result<(), BackendError> {
    let names = Names::of(&spec.id);
    let labels = inner.maker.labels(&spec.id, &spec.labels);
    inner.held(&spec.id, |held| held.services.clone_from(&spec.services));
    let authorities = match &spec.ca_file {
        Some(file) => Some(authorities::copy(&inner.data, file)?),
        None => None,
    };
    if let DockerAccess::Own(own) = &spec.docker {
        daemon::prepare(inner, spec, own, &names, &labels).await?;
    }
    let lease = inner.networks.lease(&inner.maker, &names);
    inner.held(&spec.id, |held| held.network = Some(lease.clone()));
    let (network, container) = tokio::join!(
        networks::make(inner, &spec.id, &lease, labels.clone()),
        job_container(
            inner,
            spec,
            &names,
            &lease.name,
            &labels,
            authorities.as_ref()
        ),
    );
    network?;
    container?;
    if let DockerAccess::Own(own) = &spec.docker {
        daemon::create(inner, spec, own, &names, labels, authorities.as_deref()).await?;
    }
    Ok(())
}

/// The job's container, and those of its services. The engine looks for the network when a container
/// starts, not before.
async fn job_container(
    inner: &Inner,
    spec: &InstanceSpec,
    names: &Names,
    network: &str,
    labels: &HashMap<String, String>,
    authorities: Option<&PathBuf>,
) -> Result<(), BackendError> {
    let socket = inner.engine.socket();
    let lent = (spec.docker == DockerAccess::Host).then(|| {
        let group = std::fs::metadata(socket).map_or(0, |meta| meta.gid());
        (socket, group)
    });
    let host = HostSide {
        toolbox: &inner.toolbox.folder,
        authorities: authorities.map(PathBuf::as_path),
        socket: lent,
    };
    let body = job(spec, names, network, labels.clone(), host);
    container(inner, &names.job, body, "making the job's container").await?;
    let (filled, services) = tokio::join!(
        fill(inner, spec, names),
        services::create(inner, &spec.services, names, labels),
    );
    filled.and(services)
}

/// Puts into the job's container what has to be there before it starts.
async fn fill(inner: &Inner, spec: &InstanceSpec, names: &Names) -> Result<(), BackendError> {
    let engine = &inner.engine;
    if let Some(tree) = &spec.tree {
        upload::work_tree(engine, &names.job, tree, &spec.image.user).await?;
    }
    if matches!(spec.docker, DockerAccess::Own(_)) {
        daemon::link_socket(engine, &names.job).await?;
    }
    Ok(())
}

/// Makes one container.
pub(super) async fn container(
    inner: &Inner,
    name: &str,
    body: ContainerCreateBody,
    action: &str,
) -> Result<(), BackendError> {
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    let request = inner.engine.docker.create_container(Some(options), body);
    inner.engine.call(action, SLOW, request).await.map(drop)
}
