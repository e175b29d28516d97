//! How much jobs hold, so that few lines cannot make much of it (decision 9).

use rustc_hash::FxHashMap;

use crate::yaml::{Node, Value};

use super::TooLarge;
use super::job::Job;

/// Values that all jobs may hold together: each item, each key and each list or map counts.
pub(super) const VALUES: usize = 100_000;
/// Bytes of text that all jobs may hold together.
pub(super) const TEXT: usize = 8 * 1024 * 1024;

/// What a value holds at all depths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) values: usize,
    pub(super) bytes: usize,
}

impl Weight {
    pub(super) fn of(node: &Node) -> Self {
        let mut all = Self {
            values: 1,
            bytes: 0,
        };
        match &node.value {
            Value::Scalar(scalar) => all.bytes += scalar.text.len(),
            Value::Seq(items) => items.iter().for_each(|item| all.add(Self::of(item))),
            Value::Map(map) => {
                for entry in &map.entries {
                    all.bytes += entry.key.text.len();
                    all.add(Self::of(&entry.value));
                }
            }
        }
        all
    }

    pub(super) fn of_all(items: &[Node]) -> Self {
        let mut all = Self::default();
        items.iter().for_each(|item| all.add(Self::of(item)));
        all
    }

    pub(super) fn add(&mut self, more: Self) {
        self.values = self.values.saturating_add(more.values);
        self.bytes = self.bytes.saturating_add(more.bytes);
    }

    /// Fails when this is more than all jobs may hold.
    pub(super) fn check(self) -> Result<(), TooLarge> {
        if self.values > VALUES {
            return Err(TooLarge::Values {
                values: self.values,
            });
        }
        if self.bytes > TEXT {
            return Err(TooLarge::Text { bytes: self.bytes });
        }
        Ok(())
    }
}

/// Fails when the jobs hold more than they may. What they share counts for each of them, as the plan
/// has it for each.
pub(super) fn check(jobs: &[Job<'_>]) -> Result<(), TooLarge> {
    let mut known: FxHashMap<*const Node, Weight> = FxHashMap::default();
    let mut all = Weight::default();
    if let [job] = jobs {
        job.iter().for_each(|(_, value)| all.add(Weight::of(value)));
        return all.check();
    }
    for (_, value) in jobs.iter().flat_map(Job::iter) {
        let weight = known.entry(std::ptr::from_ref(value));
        all.add(*weight.or_insert_with(|| Weight::of(value)));
    }
    all.check()
}
