//! Variables of each job.

use std::sync::Arc;

use crate::yaml::{Map, Node, Value};

use super::job::Job;
use super::same::{contains, items};

/// `env.global`
pub(super) fn global(root: &Map) -> &[Node] {
    root.get("env")
        .and_then(|env| env.get("global"))
        .map(items)
        .unwrap_or_default()
}

fn first(root: &Map) -> Option<&Node> {
    let env = root.get("env")?;
    match env.as_seq() {
        Some(items) => items.first(),
        None => items(env.get("jobs")?).first(),
    }
}

/// Gives each job its list of variables: the global ones, then its own or those of the first entry
/// of the matrix.
pub(super) fn assign(root: &Map, jobs: &mut [Job]) {
    let global = root.get("env").and_then(|env| env.get("global")).map(items);
    for job in jobs {
        let own = match job.get("env") {
            Some(env) if !env.is_null() => Some((listed(env), env.span)),
            _ => first(root).map(|first| (vec![first.clone()], first.span)),
        };
        let Some((own, span)) = own.or(global.map(|global| {
            let span = global.first().map(|node| node.span).unwrap_or_default();
            (Vec::new(), span)
        })) else {
            continue;
        };
        let list = match global {
            Some(global) => merged(global, own),
            None => own,
        };
        job.set("env", Arc::new(Node::new(Value::Seq(list), span)));
    }
}

fn merged(global: &[Node], own: Vec<Node>) -> Vec<Node> {
    let mut list: Vec<Node> = Vec::with_capacity(global.len() + own.len());
    for node in global.iter().cloned().chain(own) {
        if !contains(&list, &node) {
            list.push(node);
        }
    }
    list
}

fn listed(env: &Node) -> Vec<Node> {
    match &env.value {
        Value::Seq(items) => items.iter().flat_map(listed).collect(),
        Value::Map(map) => {
            let entries: Vec<_> = map
                .entries
                .iter()
                .filter(|entry| entry.key.text != "global")
                .cloned()
                .collect();
            if entries.is_empty() {
                return Vec::new();
            }
            vec![Node {
                value: Value::Map(Map { entries }),
                ..env.clone()
            }]
        }
        Value::Scalar(_) => vec![env.clone()],
    }
}

/// A job's variables without the global ones.
pub(super) fn own(root: &Map, job: &Job) -> Option<Vec<Node>> {
    let env = job.get("env")?;
    let global = global(root);
    Some(
        items(env)
            .iter()
            .filter(|node| !contains(global, node))
            .cloned()
            .collect(),
    )
}
