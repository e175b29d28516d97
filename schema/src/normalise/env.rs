//! Variables written as text: `A=1 B="x y"`.

use std::collections::HashMap;

use crate::env_string::{self, Leftover, LeftoverReason, Pair};
use crate::yaml::{Entry, Map, Node, Value, part_of};

use super::Reading;
use super::change::{as_list, flattened};
use super::kind::{Kind, is_given, kind, with_text, with_value};
use super::messages::Report;
use super::place::{Place, unwritten};

/// The tag of a value that was written as part of a text, and is one shell word as it stands.
pub const SHELL: &str = "!shell";

/// A list with one map of variables for each item.
pub(super) fn variables(
    node: Node,
    place: &Place<'_>,
    report: &mut Report<'_>,
    reading: Reading,
) -> Node {
    let (list, items) = as_list(node);
    let items = flattened(items)
        .into_iter()
        .map(|item| item_of(item, place, report, reading))
        .collect();
    Node {
        value: Value::Seq(items),
        ..list
    }
}

fn item_of(item: Node, place: &Place<'_>, report: &mut Report<'_>, reading: Reading) -> Node {
    match kind(&item) {
        Kind::None => with_value(&item, Value::Map(Map::default())),
        Kind::Str => parsed(&item, place, report, reading),
        _ => item,
    }
}

fn parsed(item: &Node, place: &Place<'_>, report: &mut Report<'_>, reading: Reading) -> Node {
    let mut map = Map::default();
    if is_given(item) {
        match env_string::parse(item.as_text().unwrap_or_default(), reading.dialect) {
            // The reference refuses names that are empty; ours are words left over.
            Ok(found) if found.pairs.iter().any(|pair| pair.name.is_empty()) => {
                report.nameless_env(place, item);
            }
            Ok(found) => {
                let mut known = HashMap::new();
                for Pair { name, value, range } in found.pairs {
                    let value = Node {
                        tag: Some(SHELL.into()),
                        span: part_of(item, range),
                        ..with_text(item, value)
                    };
                    // Of two with one name the later counts.
                    let at = *known.entry(name.clone()).or_insert(map.entries.len());
                    match map.entries.get_mut(at) {
                        Some(entry) => entry.value = value,
                        None => map.entries.push(Entry {
                            key: unwritten(&name, item.span),
                            value,
                        }),
                    }
                }
                for Leftover {
                    word,
                    range,
                    reason,
                } in found.leftovers
                {
                    let bad_name = reason == LeftoverReason::BadName;
                    let span = part_of(item, range);
                    report.leftover(place, &word, bad_name, span);
                }
            }
            Err(error) => report.invalid_env(place, item, &error, reading.dialect),
        }
    }
    with_value(item, Value::Map(map))
}
