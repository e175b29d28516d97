//! The rows that differ on purpose, from `differences.txt`.

use std::collections::HashMap;

/// The rows of a file that differ by a decision: id to decision number and reason.
pub(crate) fn of(file: &str) -> HashMap<&'static str, &'static str> {
    include_str!("../differences.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(|line| {
            let entry = line.strip_prefix(file)?.strip_prefix(' ')?;
            let (id, reason) = entry.split_once(' ')?;
            Some((id, reason))
        })
        .collect()
}
