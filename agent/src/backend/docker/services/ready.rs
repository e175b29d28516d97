//! Starting services, and waiting until each can be used.

use super::super::Inner;
use super::super::engine::{QUICK, SLOW};
use super::super::names::Names;
use super::super::toolbox::PROGRAM;
use super::super::watch::{ended, last_words};
use crate::backend::{BackendError, ServiceSpec};
use futures_util::future::try_join_all;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The longest that one try of a check may take.
const TRY: Duration = Duration::from_secs(10);
/// Between two tries; a check may be costly.
const PAUSE: Duration = Duration::from_millis(250);
/// How many lines of a service that failed are told.
const LINES: u32 = 10;

/// Starts all services and waits for each; tells how long each took. The first that fails ends the
/// wait for the others.
pub(in super::super) async fn start(
    inner: &Inner,
    names: &Names,
    services: &[ServiceSpec],
) -> Result<Vec<Duration>, BackendError> {
    let all = services.iter().map(|service| one(inner, names, service));
    try_join_all(all).await
}

async fn one(
    inner: &Inner,
    names: &Names,
    service: &ServiceSpec,
) -> Result<Duration, BackendError> {
    let container = names.service(&service.name);
    let begun = Instant::now();
    let failed = |reason, said| BackendError::Service {
        name: service.name.clone(),
        reason,
        said,
    };
    let request = inner.engine.docker.start_container(&container, None);
    let started = inner.engine.call("starting it", SLOW, request).await;
    started.map_err(|error| match error {
        BackendError::Refused { reason, .. } => {
            failed(format!("could not be started: {reason}"), String::new())
        }
        other => other,
    })?;
    let trouble = tokio::select! {
        biased;
        trouble = ready(inner, names, &container, service) => trouble?,
        ended = ended(inner, &container) => Some(ended?),
    };
    match trouble {
        None => Ok(begun.elapsed()),
        Some(reason) => Err(failed(reason, last_words(inner, &container, LINES).await)),
    }
}

/// Waits for one service, and says what is wrong where it does not get ready.
async fn ready(
    inner: &Inner,
    names: &Names,
    container: &str,
    service: &ServiceSpec,
) -> Result<Option<String>, BackendError> {
    let ready = &service.ready;
    let until = Instant::now() + ready.timeout;
    let seconds = ready.timeout.as_secs();
    if let Some(port) = ready.port {
        let (port, limit) = (port.to_string(), ready.timeout.as_millis().to_string());
        let command = [PROGRAM, "port-ready", &port, &limit];
        let wait = ready.timeout + QUICK;
        let waited = inner.engine.exec(&names.job, &command, wait).await?;
        if waited.code != 0 {
            return Ok(Some(format!(
                "took no connections on port {port} within {seconds} s"
            )));
        }
    }
    if let Some(command) = &ready.command {
        let mut said = String::new();
        while !passes(inner, container, command, &mut said).await? {
            if Instant::now() >= until {
                return Ok(Some(unready(seconds, &said)));
            }
            sleep(PAUSE).await;
        }
    }
    match &ready.then {
        Some(then) => set_up(inner, container, then).await,
        None => Ok(None),
    }
}

/// One try of a check; `said` becomes what it said where it fails.
async fn passes(
    inner: &Inner,
    container: &str,
    command: &str,
    said: &mut String,
) -> Result<bool, BackendError> {
    let tried = inner
        .engine
        .exec(container, &["/bin/sh", "-c", command], TRY)
        .await;
    match tried {
        Ok(done) if done.code == 0 => return Ok(true),
        Ok(done) => *said = done.said(),
        Err(BackendError::Refused { reason, .. }) => *said = reason,
        // Whoever waits for its end tells how it ended.
        Err(BackendError::Gone { .. }) => {}
        Err(other) => return Err(other),
    }
    Ok(false)
}

fn unready(seconds: u64, said: &str) -> String {
    let last = said.lines().next_back().unwrap_or_default().trim();
    match last {
        "" => format!("was not ready within {seconds} s"),
        last => format!("was not ready within {seconds} s (its check: {last})"),
    }
}

/// What has to be done once before the job may use it.
async fn set_up(
    inner: &Inner,
    container: &str,
    then: &str,
) -> Result<Option<String>, BackendError> {
    let done = inner
        .engine
        .exec(container, &["/bin/sh", "-c", then], QUICK)
        .await;
    match done {
        Ok(done) if done.code == 0 => Ok(None),
        Ok(done) => Ok(Some(format!("could not be set up: {}", done.said()))),
        Err(BackendError::Gone { reason, .. }) => {
            Ok(Some(format!("could not be set up: {reason}")))
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_that_never_passed_is_told_with_its_last_line() {
        assert_eq!(unready(60, ""), "was not ready within 60 s");
        assert_eq!(
            unready(5, "trying\r\nno response\n"),
            "was not ready within 5 s (its check: no response)"
        );
    }
}
