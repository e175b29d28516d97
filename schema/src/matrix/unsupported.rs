//! Keys and values that have no meaning for a job's language, system or processor.

use crate::reference::{key_support, value_support};
use crate::yaml::{Node, Resolved};

use super::job::Job;
use super::same::items;

/// Removes what has no meaning for the job.
pub(super) fn remove(job: &mut Job<'_>) {
    job.retain(|all, key, node| {
        if is_off(node) {
            return true;
        }
        let supporting = |key: &str| -> Vec<&str> {
            let node = all
                .get(key)
                .filter(|_| matches!(key, "language" | "os" | "arch"));
            node.map(items)
                .unwrap_or_default()
                .iter()
                .filter_map(Node::as_text)
                .collect()
        };
        let value = node
            .as_text()
            .map(|value| value_support(key, value))
            .unwrap_or_default();
        key_support(key).holds(&supporting) && value.holds(&supporting)
    });
}

/// Null and false: never removed, as they ask for nothing.
fn is_off(node: &Node) -> bool {
    let off = |resolved| matches!(resolved, Resolved::Null | Resolved::Bool(false));
    node.as_scalar().is_some_and(|scalar| off(scalar.resolved))
}
