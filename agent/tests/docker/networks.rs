//! Networks that wait for the next job.

use crate::contract;
use crate::world::{World, docker, toolbox};
use agent::backend::docker::{DockerBackend, Options};
use agent::backend::{Backend, InstanceSpec, InstanceState};
use std::path::Path;
use std::process::Command;

#[tokio::test]
async fn a_network_serves_one_job_after_the_other_and_goes_in_the_end() {
    let world = World::new().await;
    let backend = warm(world.data.path(), false).await;
    let (first, second) = (world.spec("first").await, world.spec("second").await);
    backend.create(&first).await.unwrap();
    backend.create(&second).await.unwrap();
    let network = network_of(&first.id);
    assert_ne!(network, network_of(&second.id), "no two at a time");
    backend.remove(&first.id).await.unwrap();
    backend.remove(&second.id).await.unwrap();
    assert_eq!(
        networks(&backend_label(&network)),
        std::slice::from_ref(&network),
        "one may wait"
    );

    let third = world.spec("third").await;
    backend.create(&third).await.unwrap();
    assert_eq!(network_of(&third.id), network);
    run(&backend, &third).await;
    backend.remove(&third.id).await.unwrap();
    backend.settle().await;
    world.finish().await;
}

#[tokio::test]
async fn a_warm_network_that_was_pruned_is_made_anew() {
    let world = World::new().await;
    let backend = warm(world.data.path(), false).await;
    let spec = world.spec("before").await;
    backend.create(&spec).await.unwrap();
    let network = network_of(&spec.id);
    backend.remove(&spec.id).await.unwrap();
    docker(&["network", "rm", &network]);

    let spec = world.spec("after").await;
    backend.create(&spec).await.unwrap();
    assert_eq!(network_of(&spec.id), network);
    run(&backend, &spec).await;
    backend.remove(&spec.id).await.unwrap();
    backend.settle().await;
    world.finish().await;
}

/// Docker has about thirty ranges of addresses by itself.
#[tokio::test]
async fn there_are_networks_for_more_jobs_than_the_engine_has_ranges() {
    let world = World::new().await;
    let mut specs = Vec::new();
    for number in 0..36 {
        specs.push(world.spec(&number.to_string()).await);
    }
    let made = specs.iter().map(|spec| world.backend.create(spec));
    for made in futures_util::future::join_all(made).await {
        made.unwrap();
    }
    let format = "{{range .IPAM.Config}}{{.Subnet}}{{end}}";
    let range = |id: &str| docker(&["network", "inspect", "--format", format, &network_of(id)]);
    let beside = specs
        .iter()
        .find(|spec| range(&spec.id).starts_with("198.19."));
    run(&world.backend, beside.expect("a range of ours")).await;
    let removed = specs.iter().map(|spec| world.backend.remove(&spec.id));
    for removed in futures_util::future::join_all(removed).await {
        removed.unwrap();
    }
    world.finish().await;
}

#[tokio::test]
async fn what_a_killed_agent_kept_warm_is_swept_but_not_under_a_job() {
    let world = World::new().await;
    let id = world.id("running");
    let killed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "networks::an_agent_that_is_killed", "--ignored"])
        .env("CI_TEST_DATA", world.data.path())
        .env("CI_TEST_ID", &id)
        .status();
    let signal = std::os::unix::process::ExitStatusExt::signal(&killed.unwrap());
    assert_eq!(signal, Some(9));
    let network = network_of(&id);
    let label = backend_label(&network);
    assert_eq!(networks(&label).len(), 2, "the job's, and one that waits");

    let next = warm(world.data.path(), true).await;
    let swept = next.sweep().await.unwrap();
    assert_eq!(swept.len(), 1, "{swept:?}");
    assert_eq!(networks(&label), [network]);
    let state = next.status(&id).await.unwrap().state;
    assert_eq!(state, InstanceState::Created);
    next.remove(&id).await.unwrap();
    assert_eq!(networks(&label), Vec::<String>::new());
    world.finish().await;
}

/// Not a test: the agent that is killed while a job has a network of its and another one waits.
#[tokio::test]
#[ignore = "run by the test of the sweep"]
async fn an_agent_that_is_killed() {
    let data = std::env::var_os("CI_TEST_DATA").unwrap();
    let backend = warm(data.as_ref(), true).await;
    let image = backend.image("agent-base:latest").await.unwrap();
    let id = std::env::var("CI_TEST_ID").unwrap();
    let spec = contract::spec(&id, &image);
    let ended = contract::spec(&format!("{id}-ended"), &image);
    backend.create(&spec).await.unwrap();
    backend.create(&ended).await.unwrap();
    backend.remove(&ended.id).await.unwrap();
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).unwrap();
}

/// A backend that keeps one network.
async fn warm(data: &Path, lasting: bool) -> DockerBackend {
    let options = Options {
        data: data.to_owned(),
        toolbox: Some(toolbox()),
        lasting,
        warm_networks: 1,
        ..Options::default()
    };
    DockerBackend::connect(options).await.unwrap()
}

/// Starts a job that needs its network, and sees it end well.
async fn run(backend: &DockerBackend, spec: &InstanceSpec) {
    let command =
        "test -n \"$(ip -4 address show dev eth0 2>/dev/null || cat /sys/class/net/eth0/address)\"";
    let script = contract::script(&[command], &[], "/");
    backend.start(&spec.id, &script).await.unwrap();
    let mut attachment = backend.attach(&spec.id, 0).await.unwrap();
    let told = contract::read(&mut attachment, 0).await;
    assert!(told.outcome.is_some(), "it did not run");
    contract::acknowledge(&mut attachment, &told).await;
    contract::end(backend, &spec.id).await;
}

fn network_of(id: &str) -> String {
    let format = "{{.HostConfig.NetworkMode}}";
    docker(&["inspect", "--format", format, &format!("ci-{id}")])
}

/// The label of the data folder that a network was made for.
fn backend_label(network: &str) -> String {
    let format = "{{index .Labels \"ci.agent\"}}";
    let agent = docker(&["network", "inspect", "--format", format, network]);
    format!("label=ci.agent={agent}")
}

fn networks(label: &str) -> Vec<String> {
    let listing = docker(&["network", "ls", "--filter", label, "--format", "{{.Name}}"]);
    listing.lines().map(str::to_owned).collect()
}
