//! A start among leftovers: its own go, those of others stay (reliability R12).

use crate::engine::{docker, made_by};
use crate::world::World;
use std::time::{Duration, Instant};

/// Of a process that is dead.
const DEAD: &str = "ci.owner=1:1";
/// Of any process of a data folder.
const LASTING: &str = "ci.owner=data";
const IMAGE: &str = "agent-base:latest";

#[tokio::test(flavor = "multi_thread")]
async fn a_start_removes_fifty_leftovers_of_its_own_and_none_of_others() {
    let world = World::new();
    // Makes the data folder, and with it its name.
    let mine = agent::data_dir::identity(&world.machine.data()).unwrap();
    let stem = mine.to_lowercase();
    let other = ulid::Ulid::generate().to_string();
    for number in 0..5 {
        instance(&mine, &format!("{stem}-{number}-1-1"), LASTING);
    }
    for number in 5..20 {
        container(&mine, &format!("{stem}-{number}-1-1"), LASTING, "create");
        container(&mine, &format!("{stem}-{number}-1-2"), DEAD, "create");
    }
    assert_eq!(made_by(&mine).len(), 50);
    let foreign = format!("{}-1-1-1", other.to_lowercase());
    instance(&other, &foreign, DEAD);
    container(&other, &format!("{foreign}-more"), LASTING, "create");
    let others = made_by(&other);
    assert_eq!(others.len(), 5);

    let begin = Instant::now();
    let agent = world.serve().await;
    agent
        .until("no leftovers", async || made_by(&mine).is_empty())
        .await;
    let took = begin.elapsed();
    println!("50 leftovers removed within {took:.1?}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!(made_by(&other), others);
    crate::engine::remove_all_of(&other);
    world.finish(agent);
}

/// A running container, its network and two volumes.
fn instance(agent: &str, id: &str, owner: &str) {
    let labels = labels(agent, id, owner);
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let make = |kind: &str, name: String| {
        docker(&[&[kind, "create"], &labels[..], &[name.as_str()]].concat());
    };
    make("network", format!("ci-{id}"));
    make("volume", format!("ci-{id}-work"));
    make("volume", format!("ci-{id}-socket"));
    container(agent, id, owner, "run");
}

fn container(agent: &str, id: &str, owner: &str, how: &str) {
    let (name, labels) = (format!("ci-{id}"), labels(agent, id, owner));
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let detach: &[&str] = if how == "run" { &["--detach"] } else { &[] };
    let rest = [
        "--name",
        name.as_str(),
        "--network",
        "none",
        IMAGE,
        "sleep",
        "1000",
    ];
    docker(&[&[how], detach, &labels[..], &rest].concat());
}

fn labels(agent: &str, id: &str, owner: &str) -> Vec<String> {
    let labels = [
        format!("ci.agent={agent}"),
        format!("ci.instance={id}"),
        owner.to_owned(),
    ];
    labels
        .into_iter()
        .flat_map(|label| ["--label".to_owned(), label])
        .collect()
}
