//! Equality of values, wherever they are written.

use std::fmt::Write as _;

use crate::yaml::{Entry, Map, Node, Resolved, Value};

/// Whether two values are equal; the order of keys does not count.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => match (a.resolved, b.resolved) {
            (Resolved::Str, Resolved::Str) => a.text == b.text,
            (a, b) => a == b,
        },
        (Value::Seq(a), Value::Seq(b)) => same_items(a, b),
        (Value::Map(a), Value::Map(b)) => same_maps(a, b),
        _ => false,
    }
}

fn same_maps(a: &Map, b: &Map) -> bool {
    let found = |entry: &Entry| {
        b.get(&entry.key.text)
            .is_some_and(|value| same(&entry.value, value))
    };
    a.entries.len() == b.entries.len() && a.entries.iter().all(found)
}

/// Whether two lists are equal.
pub(super) fn same_items(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// The items of a list, or the one value.
pub(super) fn items(node: &Node) -> &[Node] {
    node.as_seq().unwrap_or(std::slice::from_ref(node))
}

/// Writes a text that is equal for equal values.
pub(super) fn canonical(node: &Node, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match &node.value {
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Str => write!(out, "{}'{}", scalar.text.len(), scalar.text),
            other => write!(out, "{other:?}"),
        },
        Value::Seq(items) => {
            out.push('[');
            items.iter().for_each(|item| {
                canonical(item, out);
                out.push(',');
            });
            out.push(']');
            Ok(())
        }
        Value::Map(map) => {
            let mut entries: Vec<&Entry> = map.entries.iter().collect();
            entries.sort_by(|a, b| a.key.text.cmp(&b.key.text));
            out.push('{');
            entries.into_iter().for_each(|entry| {
                let key = &entry.key.text;
                let _ = write!(out, "{}'{key}:", key.len());
                canonical(&entry.value, out);
                out.push(',');
            });
            out.push('}');
            Ok(())
        }
    };
}
