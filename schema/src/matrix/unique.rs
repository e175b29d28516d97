//! Equal jobs, of which a build has only one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ptr;

use rustc_hash::FxHashMap;

use crate::yaml::{Node, Resolved, Value};

use super::job::Job;
use super::same::same;

/// So many jobs are held against each other, which is faster than a number for each.
const FEW: usize = 16;

/// Each of equal jobs once, the first of them.
pub(super) fn unique(jobs: Vec<Job<'_>>) -> Vec<Job<'_>> {
    if jobs.len() < 2 {
        return jobs;
    }
    let mut kept: Vec<Job<'_>> = Vec::with_capacity(jobs.len());
    if jobs.len() <= FEW {
        for job in jobs {
            if !kept.iter().any(|other| same_jobs(other, &job)) {
                kept.push(job);
            }
        }
        return kept;
    }
    let mut hashes = Hashes::default();
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    for job in jobs {
        let alike = known.entry(hashes.of_job(&job)).or_default();
        let mut others = alike.iter().filter_map(|at| kept.get(*at));
        if !others.any(|other| same_jobs(other, &job)) {
            alike.push(kept.len());
            kept.push(job);
        }
    }
    kept
}

fn same_jobs(a: &Job<'_>, b: &Job<'_>) -> bool {
    let mut keys = a.iter();
    a.iter().count() == b.iter().count()
        && keys.all(|(key, value)| {
            b.get(key)
                .is_some_and(|other| ptr::eq(value, other) || same(value, other))
        })
}

/// Numbers that are equal for equal values. Those of values that jobs share are made once.
#[derive(Default)]
struct Hashes(FxHashMap<*const Node, u64>);

impl Hashes {
    /// The order of keys does not count.
    fn of_job(&mut self, job: &Job<'_>) -> u64 {
        let keys = job.iter().map(|(key, value)| {
            let known = self.0.entry(ptr::from_ref(value));
            hash_of(&(key, *known.or_insert_with(|| of_node(value))))
        });
        keys.fold(0, u64::wrapping_add)
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn of_node(node: &Node) -> u64 {
    match &node.value {
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => hash_of(&0_u8),
            Resolved::Bool(value) => hash_of(&(1_u8, value)),
            Resolved::Int(value) => hash_of(&(2_u8, value)),
            Resolved::Str => hash_of(&(3_u8, &scalar.text)),
        },
        Value::Seq(items) => {
            let mut hasher = DefaultHasher::new();
            items
                .iter()
                .for_each(|item| of_node(item).hash(&mut hasher));
            hash_of(&(4_u8, hasher.finish()))
        }
        Value::Map(map) => {
            let entries = map.entries.iter();
            let entries = entries.map(|entry| hash_of(&(&entry.key.text, of_node(&entry.value))));
            hash_of(&(5_u8, entries.fold(0, u64::wrapping_add)))
        }
    }
}
