//! Maps written in a short way, brought to their long form.

use std::collections::HashMap;

use crate::reference::{Change, MapType, Shape};
use crate::yaml::{Entry, Map, Node, Value};

use super::cast::{stands_for_true, truth};
use super::fuzzy::nearest;
use super::kind::{Kind, is_given, kind, with_bool, with_value};
use super::messages::Report;
use super::place::{Place, unwritten};
use crate::diagnostic::Level;

fn entry(name: &str, value: Node) -> Entry {
    Entry {
        key: unwritten(name, value.span),
        value,
    }
}

fn map_of(node: &Node, entries: Vec<Entry>) -> Node {
    with_value(node, Value::Map(Map { entries }))
}

/// The value under the key that can be left out; `None` where that does not apply.
pub(super) fn prefixed(ty: &MapType, node: &Node) -> Option<Node> {
    let prefix = ty.prefix?;
    if !is_given(node) || (prefix.text_only && kind(node) != Kind::Str) {
        return None;
    }
    let Value::Map(map) = &node.value else {
        return Some(map_of(node, vec![entry(prefix.key, node.clone())]));
    };
    if kind(node) == Kind::Secure {
        return Some(map_of(node, vec![entry(prefix.key, node.clone())]));
    }
    let known = |entry: &&Entry| ty.key(&entry.key.text).is_some();
    let named =
        |entry: &Entry| ty.key(&entry.key.text).is_some() || ty.alias(&entry.key.text).is_some();
    if map.get(prefix.key).is_some() || map.entries.iter().all(named) {
        return None;
    }
    let (known, other): (Vec<&Entry>, Vec<&Entry>) = map.entries.iter().partition(known);
    let other = map_of(node, other.into_iter().cloned().collect());
    let mut entries = vec![entry(prefix.key, other)];
    entries.extend(known.into_iter().cloned());
    Some(map_of(node, entries))
}

/// `email: false` → `{enabled: false}`; `disabled: true` → `enabled: false`.
pub(super) fn enabled(ty: &MapType, node: Node) -> Node {
    if ty.change != Some(Change::Enable) {
        return node;
    }
    let switch = match kind(&node) {
        Kind::Bool => node.as_text().and_then(truth),
        Kind::Str => node
            .as_text()
            .filter(|text| matches!(*text, "yes" | "no"))
            .and_then(truth),
        _ => None,
    };
    if let Some(switch) = switch
        && ty.key("enabled").is_some()
    {
        let value = with_bool(&node, switch);
        return map_of(&node, vec![entry("enabled", value)]);
    }
    without_disabled(node)
}

fn without_disabled(node: Node) -> Node {
    let Value::Map(map) = &node.value else {
        return node;
    };
    let Some(disabled) = map.entry("disabled") else {
        return node;
    };
    let on = match map.get("enabled").filter(|node| is_given(node)) {
        Some(enabled) => Some(stands_for_true(enabled)),
        None if disabled.value.is_null() => None,
        None => Some(!stands_for_true(&disabled.value)),
    };
    let mut entries: Vec<Entry> = map.entries.clone();
    let on = on.map(|on| Entry {
        key: unwritten("enabled", disabled.key.span),
        value: with_bool(&disabled.value, on),
    });
    entries.retain(|entry| entry.key.text != "disabled");
    if let Some(on) = on {
        match entries.iter_mut().find(|entry| entry.key.text == "enabled") {
            Some(entry) => entry.value = on.value,
            None => entries.push(on),
        }
    }
    map_of(&node, entries)
}

/// The keys that notifications hand down.
pub(super) const INHERITED: [&str; 2] = ["on_success", "on_failure"];

/// Hands `on_success` and `on_failure` down to each notification that lacks them.
pub(super) fn inherited(node: Node) -> Node {
    let Value::Map(map) = &node.value else {
        return node;
    };
    let handed: Vec<Entry> = map
        .entries
        .iter()
        .filter(|entry| INHERITED.contains(&entry.key.text.as_str()))
        .cloned()
        .collect();
    let mut entries = Vec::new();
    for entry in &map.entries {
        if INHERITED.contains(&entry.key.text.as_str()) {
            continue;
        }
        let value = match &entry.value.value {
            Value::Seq(items) => {
                let items = items
                    .iter()
                    .map(|item| with_handed(item, &handed))
                    .collect();
                with_value(&entry.value, Value::Seq(items))
            }
            _ => with_handed(&entry.value, &handed),
        };
        entries.push(Entry {
            key: entry.key.clone(),
            value,
        });
    }
    map_of(&node, entries)
}

fn with_handed(node: &Node, handed: &[Entry]) -> Node {
    match &node.value {
        Value::Map(map) if kind(node) == Kind::Map => {
            let mut entries = map.entries.clone();
            entries.extend(
                handed
                    .iter()
                    .filter(|entry| map.get(&entry.key.text).is_none())
                    .cloned(),
            );
            map_of(node, entries)
        }
        _ => node.clone(),
    }
}

/// `cache: pip` and `cache: [pip, folder, {directories: …}]` as one map.
pub(super) fn cached(ty: &MapType, node: Node, place: &Place<'_>, report: &mut Report<'_>) -> Node {
    if ty.change != Some(Change::Cache) {
        return node;
    }
    let switches: Vec<&str> = ty
        .keys
        .iter()
        .filter(|key| matches!(key.ty.shape, Shape::Bool { .. }) && key.name != "edge")
        .map(|key| key.name)
        .collect();
    match (kind(&node), &node.value) {
        (Kind::Str, _) => cached_word(&switches, &node, place, report),
        (Kind::Seq, Value::Seq(items)) => {
            let mut merged = Merged::default();
            merged.collect(&switches, items);
            with_value(&node, Value::Map(merged.map))
        }
        _ => node,
    }
}

fn cached_word(switches: &[&str], node: &Node, place: &Place<'_>, report: &mut Report<'_>) -> Node {
    let text = node.as_text().unwrap_or_default();
    let known = switches.iter().copied().find(|switch| *switch == text);
    let found = known.or_else(|| nearest(switches, text));
    let Some(found) = found else {
        let list = with_value(node, Value::Seq(vec![node.clone()]));
        return map_of(node, vec![entry("directories", list)]);
    };
    if known.is_none() {
        report.found_value(Level::Info, "find_value", place, node, found);
    }
    map_of(node, vec![entry(found, with_bool(node, true))])
}

/// A map put together from several; of two values of a key the later counts.
#[derive(Default)]
struct Merged {
    map: Map,
    /// The position of each key.
    at: HashMap<String, usize>,
}

impl Merged {
    fn set(&mut self, entry: Entry) {
        let next = self.map.entries.len();
        let at = *self.at.entry(entry.key.text.clone()).or_insert(next);
        match self.map.entries.get_mut(at) {
            Some(known) => known.value = entry.value,
            None => self.map.entries.push(entry),
        }
    }

    fn collect(&mut self, switches: &[&str], items: &[Node]) {
        let mut folders: Vec<Node> = Vec::new();
        let mut plain: Vec<Node> = Vec::new();
        for item in items {
            match &item.value {
                Value::Scalar(_) => match item.as_text() {
                    Some(text) if switches.contains(&text) => {
                        self.set(entry(text, with_bool(item, true)));
                    }
                    Some(_) => plain.push(item.clone()),
                    None => {}
                },
                Value::Map(map) => {
                    for entry in &map.entries {
                        match (&entry.value.value, entry.key.text.as_str()) {
                            (Value::Seq(items), "directories") => {
                                folders.extend(items.iter().cloned());
                            }
                            (_, "directories") => folders.push(entry.value.clone()),
                            _ => self.set(entry.clone()),
                        }
                    }
                }
                Value::Seq(items) => self.collect(switches, items),
            }
        }
        folders.extend(plain);
        self.add_folders(folders);
    }

    fn add_folders(&mut self, folders: Vec<Node>) {
        let Some(first) = folders.first() else {
            return;
        };
        let span = first.span;
        let known = self.at.get("directories").copied();
        let known = known.and_then(|at| self.map.entries.get_mut(at));
        match known.map(|entry| &mut entry.value.value) {
            Some(Value::Seq(items)) => items.extend(folders),
            _ => self.set(entry("directories", Node::new(Value::Seq(folders), span))),
        }
    }
}
