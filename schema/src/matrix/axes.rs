//! The axes of the matrix and their product.

use crate::normalise::is_given;
use crate::reference::{expand_keys, key_support};
use crate::yaml::{Map, Node, Value};

use super::job::{Job, Shared};
use super::same::items;

/// One key with its values.
pub(super) struct Axis<'c> {
    key: &'static str,
    values: Vec<&'c Node>,
}

/// The axes that a config uses, the slowest first.
pub(super) fn axes(root: &Map) -> Vec<Axis<'_>> {
    let supporting = |key: &str| -> Vec<&str> {
        root.get(key)
            .map(items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_text)
            .collect()
    };
    let mut axes = Vec::new();
    for key in expand_keys().iter().copied() {
        let Some(value) = root.get(key) else {
            continue;
        };
        if is_blank(value) || !key_support(key).holds(&supporting) {
            continue;
        }
        let value = match value.get("jobs") {
            Some(jobs) if key == "env" => jobs,
            _ => value,
        };
        let values = items(value).iter().map(single).collect();
        axes.push(Axis { key, values });
    }
    axes
}

/// One value; of a list in the list of values the reference takes the first.
fn single(node: &Node) -> &Node {
    let first = node.as_seq().and_then(<[Node]>::first);
    first.map_or(node, single)
}

/// Whether nothing is left when what is empty is removed at every depth.
fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Seq(items) => items.iter().all(is_blank),
        Value::Map(map) => map.entries.iter().all(|entry| is_blank(&entry.value)),
        Value::Scalar(_) => !is_given(node),
    }
}

/// How many jobs the axes make.
pub(super) fn combinations(axes: &[Axis<'_>]) -> usize {
    if axes.is_empty() {
        return 0;
    }
    axes.iter().fold(1, |count: usize, axis| {
        count.saturating_mul(axis.values.len())
    })
}

/// One job for each combination, the last axis fastest.
pub(super) fn product<'c>(axes: &[Axis<'c>]) -> Vec<Job<'c>> {
    if axes.is_empty() {
        return Vec::new();
    }
    let mut jobs = vec![Job::default()];
    for axis in axes {
        let mut next = Vec::with_capacity(jobs.len() * axis.values.len());
        for job in &jobs {
            for value in &axis.values {
                let mut job = job.clone();
                job.set(axis.key, Shared::Config(value));
                next.push(job);
            }
        }
        jobs = next;
    }
    jobs
}

/// The first value of each axis where a job does not say its own.
pub(super) fn fill<'c>(axes: &[Axis<'c>], job: &mut Job<'c>) {
    for axis in axes.iter().filter(|axis| axis.key != "env") {
        if let (None, Some(first)) = (job.get(axis.key), axis.values.first()) {
            job.set(axis.key, Shared::Config(first));
        }
    }
}
