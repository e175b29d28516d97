//! How an instance is, and stopping all of it.

use super::engine::{QUICK, SLOW, status as http_status};
use super::names::Names;
use super::toolbox::PROGRAM;
use super::{Inner, daemon, services};
use crate::backend::{BackendError, InstanceState, InstanceStatus};
use bollard::models::{ContainerState, ContainerStateStatusEnum as State};
use bollard::query_parameters::KillContainerOptionsBuilder;
use std::time::Duration;

/// What the supervisor may take beyond the grace that it was given.
const SLACK: Duration = Duration::from_secs(5);

/// How the instance is. Memory counts for both containers of it.
pub(super) async fn status(inner: &Inner, id: &str) -> Result<InstanceStatus, BackendError> {
    let names = Names::of(id);
    let (job, daemon) = tokio::join!(state(inner, &names.job), state(inner, &names.daemon));
    let (job, daemon) = (job?, daemon?);
    let killed = |state: &Option<ContainerState>| {
        state
            .as_ref()
            .and_then(|state| state.oom_killed)
            .unwrap_or(false)
    };
    let now = match &job {
        None => InstanceState::Gone,
        Some(job) => match job.status {
            Some(State::CREATED) => InstanceState::Created,
            Some(State::EXITED | State::DEAD) => InstanceState::Exited(job.exit_code.unwrap_or(-1)),
            Some(State::REMOVING) => InstanceState::Gone,
            _ => InstanceState::Running,
        },
    };
    Ok(InstanceStatus {
        state: now,
        out_of_memory: killed(&job) || killed(&daemon),
    })
}

/// The state of one container; `None` where it is not there.
pub(super) async fn state(
    inner: &Inner,
    container: &str,
) -> Result<Option<ContainerState>, BackendError> {
    let request = inner.engine.docker.inspect_container(container, None);
    let found = inner
        .engine
        .find("looking at the container", QUICK, request)
        .await?;
    Ok(found.map(|found| found.state.unwrap_or_default()))
}

/// Stops all of it: the supervisor sends TERM to every process and KILL after `grace`; then the
/// containers themselves are killed, because the engine can't end what was run in them by exec.
pub(super) async fn stop(inner: &Inner, id: &str, grace: Duration) -> Result<(), BackendError> {
    let names = Names::of(id);
    let running = state(inner, &names.job)
        .await?
        .is_some_and(|job| job.running == Some(true));
    if running {
        let grace_ms = grace.as_millis().to_string();
        let command = [PROGRAM, "stop", "--grace-ms", &grace_ms];
        let asked = inner.engine.exec(&names.job, &command, grace + SLACK).await;
        // A supervisor that does not answer is killed all the same.
        match asked {
            Ok(done) if done.code == 0 => {}
            // Without its words: nobody masks them here.
            Ok(done) => tracing::debug!(%id, code = done.code, "the supervisor did not stop"),
            Err(error) => tracing::debug!("{id}: the supervisor cannot be asked to stop: {error}"),
        }
    }
    let (job, daemon, services) = tokio::join!(
        kill(inner, &names.job, "SIGKILL"),
        daemon::stop(inner, id, &names),
        services::stop(inner, id, &names),
    );
    job.and(daemon).and(services)
}

/// Sends a signal; a container that is not running, or not there, is no error.
pub(super) async fn kill(inner: &Inner, container: &str, signal: &str) -> Result<(), BackendError> {
    let options = KillContainerOptionsBuilder::new().signal(signal).build();
    let request = async {
        match inner
            .engine
            .docker
            .kill_container(container, Some(options))
            .await
        {
            Err(error) if matches!(http_status(&error), Some(404 | 409)) => Ok(()),
            other => other,
        }
    };
    inner
        .engine
        .call("killing the container", SLOW, request)
        .await
}
