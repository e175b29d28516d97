//! Small readers of values in normal form.

use crate::yaml::{Node, Resolved};

/// A boolean.
pub(crate) fn flag(node: &Node) -> Option<bool> {
    match node.as_scalar()?.resolved {
        Resolved::Bool(value) => Some(value),
        _ => None,
    }
}

/// A whole number that is not negative.
pub(crate) fn number(node: &Node) -> Option<u64> {
    match node.as_scalar()?.resolved {
        Resolved::Int(value) => u64::try_from(value).ok(),
        _ => None,
    }
}

/// The texts of a list, or one.
pub(crate) fn texts(node: &Node) -> Vec<String> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items
        .iter()
        .filter_map(Node::as_text)
        .map(str::to_owned)
        .collect()
}

/// The first text of a list, or the one.
pub(crate) fn text(node: &Node) -> Option<String> {
    node.as_seq()
        .map_or(Some(node), <[Node]>::first)?
        .as_text()
        .map(str::to_owned)
}
