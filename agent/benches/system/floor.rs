//! What the same work costs on bare Docker: the floors that our figures are ratios of.

use bollard::Docker;
use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, HostConfigLogConfig, NetworkCreateRequest,
    NetworkingConfig,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions,
};
use futures_util::StreamExt;
use std::collections::HashMap;
use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Floor A: network create, container create, start, five times an exec of `true`, removal of
/// both, by the API.
pub(crate) async fn one_job(
    docker: &Docker,
    image: &str,
    name: &str,
    execs: &[&[&str]],
) -> Result<Duration> {
    let started = Instant::now();
    docker
        .create_network(NetworkCreateRequest {
            name: name.to_owned(),
            ..Default::default()
        })
        .await?;
    let endpoints = HashMap::from([(name.to_owned(), EndpointSettings::default())]);
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec!["sleep".to_owned(), "1000".to_owned()]),
        cmd: Some(Vec::new()),
        host_config: Some(HostConfig {
            network_mode: Some(name.to_owned()),
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..Default::default()
        }),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some(endpoints),
        }),
        ..Default::default()
    };
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    docker.create_container(Some(options), body).await?;
    docker
        .start_container(name, None::<StartContainerOptions>)
        .await?;
    for command in execs {
        exec(docker, name, command).await?;
    }
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    docker.remove_container(name, Some(options)).await?;
    docker.remove_network(name).await?;
    Ok(started.elapsed())
}

async fn exec(docker: &Docker, container: &str, command: &[&str]) -> Result<()> {
    let options = CreateExecOptions {
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        cmd: Some(command.to_vec()),
        ..Default::default()
    };
    let exec = docker.create_exec(container, options).await?;
    if let StartExecResults::Attached { mut output, .. } = docker.start_exec(&exec.id, None).await?
    {
        while let Some(chunk) = output.next().await {
            chunk?;
        }
    }
    Ok(())
}

/// Floor B: sixteen jobs as in floor A with `sleep 1`, eight at a time.
pub(crate) async fn many_jobs(docker: &Docker, image: &str, round: usize) -> Result<Duration> {
    let started = Instant::now();
    let jobs = (0..16).map(|job| async move {
        let name = format!("floor-b-{round}-{job}");
        one_job(docker, image, &name, &[&["sleep", "1"]]).await
    });
    let ends: Vec<Result<Duration>> = futures_util::stream::iter(jobs)
        .buffer_unordered(8)
        .collect()
        .await;
    for end in ends {
        end?;
    }
    Ok(started.elapsed())
}

/// Floor C: `docker run -t --log-driver none … | cat` of a log.
pub(crate) fn log(image: &str, command: &str) -> Result<Duration> {
    let started = Instant::now();
    let mut run = Command::new("docker")
        .args([
            "run",
            "--rm",
            "-t",
            "--log-driver",
            "none",
            "--entrypoint",
            "sh",
            image,
            "-c",
            command,
        ])
        .stdout(Stdio::piped())
        .spawn()?;
    let output = run.stdout.take().ok_or("no output")?;
    let cat = Command::new("cat")
        .stdin(output)
        .stdout(Stdio::null())
        .status()?;
    if !run.wait()?.success() || !cat.success() {
        return Err("floor C did not run".into());
    }
    Ok(started.elapsed())
}
