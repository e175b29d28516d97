//! A Docker daemon of the job's own (decision 15): a second container in the job's network
//! namespace, with named capabilities and never `--privileged`.
//!
//! Whoever may speak to it can become root on the machine with some effort, since it runs
//! containers with rights of its own; it is for repositories that the operator trusts so far.

mod config;
mod gone;
mod pool;
mod pushed;
mod stores;

pub(super) use pool::Lease;
pub(super) use pushed::{Pushes, pushed_images};
pub(super) use stores::{drop_store, prune, stores};

use super::container::HostSide;
use super::engine::{QUICK, SLOW};
use super::names::Names;
use super::toolbox::PROGRAM;
use super::watch::{ended, last_words};
use super::{Inner, Store, create, stop as instance, upload};
use crate::backend::{BackendError, InstanceSpec, OwnDocker};
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::StopContainerOptionsBuilder;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// Where the daemon keeps its layers, in its own container.
pub(super) const LAYERS_FOLDER: &str = "/var/lib/docker";
/// The engine's socket inside either container.
const SOCKET: &str = "/run/ci-docker/docker.sock";
/// The same as an address.
const ADDRESS: &str = "unix:///run/ci-docker/docker.sock";
/// How long the daemon may take to answer.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to end by itself, in seconds.
const END: i32 = 10;

/// Ends and removes what a job left in its daemon, so that the store keeps images and build cache
/// only: names of containers would collide in the next job.
const CLEAR: &str = "set -e; export DOCKER_HOST=$1
running=$(docker ps -q); [ -z \"$running\" ] || docker kill $running || true
all=$(docker ps -aq); [ -z \"$all\" ] || docker rm -fv $all
docker network prune -f
volumes=$(docker volume ls -q); [ -z \"$volumes\" ] || docker volume rm -f $volumes";

/// Leases a layer store and makes the volumes that both containers mount.
pub(super) async fn prepare(
    inner: &Inner,
    spec: &InstanceSpec,
    own: &OwnDocker,
    names: &Names,
    labels: &HashMap<String, String>,
) -> Result<(), BackendError> {
    let lease = async {
        match &own.layer_scope {
            Some(scope) => pool::lease(inner, scope, user(spec)).await.map(Some),
            None => Ok(None),
        }
    };
    let (lease, work, socket) = tokio::join!(
        lease,
        volume(inner, &names.work, labels.clone()),
        volume(inner, &names.socket, labels.clone()),
    );
    let lease = lease?;
    inner.held(&spec.id, |held| {
        held.daemon = true;
        held.lease = lease;
    });
    work.and(socket)
}

/// Which of a build's jobs this is, to give it the layers that it made the last time.
fn user(spec: &InstanceSpec) -> &str {
    let number = spec.labels.get("ci.job").map(String::as_str);
    number
        .and_then(|number| number.rsplit('.').next())
        .unwrap_or_default()
}

/// Makes the daemon's container; the job's must be there.
pub(super) async fn create(
    inner: &Inner,
    spec: &InstanceSpec,
    own: &OwnDocker,
    names: &Names,
    labels: HashMap<String, String>,
    authorities: Option<&Path>,
) -> Result<(), BackendError> {
    let layers = inner.held(&spec.id, |held| {
        held.lease.as_ref().map(|lease| lease.volume().to_owned())
    });
    let layers = layers.flatten();
    if own.layer_scope.is_some() && layers.is_none() {
        return Err(BackendError::Refused {
            action: "making the container of the job's Docker".to_owned(),
            reason: "its layer store was given back already".to_owned(),
        });
    }
    let host = HostSide {
        toolbox: &inner.toolbox.folder,
        authorities,
        socket: None,
    };
    let body = config::daemon(spec, own, names, layers.as_deref(), labels, host);
    create::container(
        inner,
        &names.daemon,
        body,
        "making the container of the job's Docker",
    )
    .await?;
    link_socket(&inner.engine, &names.daemon).await
}

/// Puts the socket's usual path into a container: jobs mount it from there, too. `/var/run` is
/// `/run` in most images, but not in all.
pub(super) async fn link_socket(
    engine: &super::engine::Engine,
    container: &str,
) -> Result<(), BackendError> {
    upload::link(
        engine,
        container,
        "run/docker.sock",
        "ci-docker/docker.sock",
    )
    .await?;
    let usual = "var/run/docker.sock";
    if upload::is_there(engine, container, usual.as_ref()).await? {
        return Ok(());
    }
    upload::link(engine, container, usual, SOCKET).await
}

/// Starts the daemon, where the instance has one, and waits until the job's user can use it.
pub(super) async fn start(inner: &Inner, id: &str, names: &Names) -> Result<(), BackendError> {
    if !has_daemon(inner, id, names).await? {
        return Ok(());
    }
    let request = inner.engine.docker.start_container(&names.daemon, None);
    inner
        .engine
        .call("starting the job's Docker", SLOW, request)
        .await?;
    let clean = inner
        .held(id, |held| held.lease.as_ref().is_none_or(Lease::ended_well))
        .unwrap_or(false);
    let limit = READY.as_millis().to_string();
    let command = [PROGRAM, "docker-ready", SOCKET, &limit];
    let failed = tokio::select! {
        ready = inner.engine.exec(&names.job, &command, READY + QUICK) => {
            let ready = ready?;
            (ready.code != 0).then(|| ready.said())
        }
        ended = ended(inner, &names.daemon) => Some(format!("it {}", ended?)),
    };
    if let Some(failed) = failed {
        if !clean {
            inner.held(id, |held| held.store = Store::Spoiled);
        }
        let said = last_words(inner, &names.daemon, 10).await;
        let said = said.lines().collect::<Vec<_>>().join(" / ");
        return Err(BackendError::Refused {
            action: "starting the job's Docker".to_owned(),
            reason: format!("{failed}; it said: {said}"),
        });
    }
    if !clean && let Err(error) = clear(inner, names, SLOW).await {
        inner.held(id, |held| held.store = Store::Spoiled);
        return Err(error);
    }
    let pushes = Pushes::listen(&inner.engine, &names.daemon);
    inner.held(id, |held| held.pushes = Some(pushes));
    Ok(())
}

/// Ends the daemon so that its store is whole. Without one there is nothing to do.
pub(super) async fn stop(inner: &Inner, id: &str, names: &Names) -> Result<(), BackendError> {
    let running = instance::state(inner, &names.daemon)
        .await?
        .is_some_and(|state| state.running == Some(true));
    if !running {
        return Ok(());
    }
    // What is not cleared in time is left to the next lease.
    let cleared = clear(inner, names, QUICK).await.is_ok();
    let options = StopContainerOptionsBuilder::new().t(END).build();
    let request = inner
        .engine
        .docker
        .stop_container(&names.daemon, Some(options));
    inner
        .engine
        .find("ending the job's Docker", SLOW, request)
        .await?;
    let state = instance::state(inner, &names.daemon)
        .await?
        .unwrap_or_default();
    if cleared && state.exit_code == Some(0) {
        inner.held(id, |held| held.store = Store::Whole);
    }
    Ok(())
}

async fn clear(inner: &Inner, names: &Names, limit: Duration) -> Result<(), BackendError> {
    let done = inner
        .engine
        .exec(
            &names.daemon,
            &["/bin/sh", "-c", CLEAR, "clear", ADDRESS],
            limit,
        )
        .await?;
    if done.code == 0 {
        return Ok(());
    }
    Err(BackendError::Refused {
        action: "clearing the job's Docker".to_owned(),
        reason: done.said(),
    })
}

async fn has_daemon(inner: &Inner, id: &str, names: &Names) -> Result<bool, BackendError> {
    match inner.held(id, |held| held.daemon) {
        Some(daemon) => Ok(daemon),
        // Another process made the instance.
        None => Ok(instance::state(inner, &names.daemon).await?.is_some()),
    }
}

async fn volume(
    inner: &Inner,
    name: &str,
    labels: HashMap<String, String>,
) -> Result<(), BackendError> {
    let request = inner.engine.docker.create_volume(VolumeCreateRequest {
        name: Some(name.to_owned()),
        labels: Some(labels),
        ..VolumeCreateRequest::default()
    });
    inner
        .engine
        .call("making a volume", SLOW, request)
        .await
        .map(drop)
}
