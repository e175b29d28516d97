//! From the root down: keys and values in the form that the table asks for.

mod words;

use std::sync::Arc;

use crate::diagnostic::Level;
use crate::dialect::Dialect;
use crate::reference::{Change as MapChange, Extras, MapType, Shape, StrType, Type};
use crate::yaml::{Entry, Key, Map, Node, Value};

use super::cast::{as_text, cast, casts};
use super::kind::{Kind, is_given, kind, with_text, with_value};
use super::matching::{alternatives, fits};
use super::messages::Report;
use super::place::Place;
use super::{Reading, env, keys, reshape};

pub(super) struct Change<'r, 's> {
    report: &'r mut Report<'s>,
    reading: Reading,
}

impl<'r, 's> Change<'r, 's> {
    pub(super) fn new(report: &'r mut Report<'s>, reading: Reading) -> Self {
        Self { report, reading }
    }

    pub(super) fn apply(&mut self, ty: &Type, node: Node, place: &Place<'_>) -> Node {
        match &ty.shape {
            Shape::Any { .. } => self.any(ty, node, place),
            Shape::Seq { of, env } => self.seq(of, *env, node, place),
            Shape::Map(map) => self.map(ty, map, node, place),
            Shape::Str(text) => {
                let listed = kind(&node) == Kind::Seq;
                let node = self.scalar(ty, node, place);
                let written = self.item_key(&node, listed, place);
                self.text(text, node, &item_place(place, written.as_ref()))
            }
            Shape::Num { .. } | Shape::Bool { .. } | Shape::Secure { .. } => {
                self.scalar(ty, node, place)
            }
        }
    }

    fn any(&mut self, ty: &Type, node: Node, place: &Place<'_>) -> Node {
        let (tried, detected) = alternatives(ty, &node);
        let place = if detected { place.detected() } else { *place };
        let mut nearly = None;
        for ty in tried {
            // A normal form is taken whatever comes of it.
            if ty.normal {
                return self.apply(ty, node, &place);
            }
            let changed = self.apply(ty, node.clone(), &place);
            if fits(ty, &changed) {
                return changed;
            }
            // A map with one mistake is told of that one, and not of what is right beside it.
            if ty.as_map().is_some() && kind(&changed) == Kind::Map {
                nearly.get_or_insert(changed);
            }
        }
        // The reference leaves it as it was.
        let ours = self.reading.extras() == Extras::With;
        nearly.filter(|_| ours).unwrap_or(node)
    }

    fn seq(&mut self, of: &Arc<Type>, is_env: bool, node: Node, place: &Place<'_>) -> Node {
        let node = if is_env {
            env::variables(node, place, self.report, self.reading)
        } else {
            node
        };
        let listed = !is_env && kind(&node) == Kind::Seq;
        let written = self.written(listed, place);
        let inside = item_place(place, written.as_ref());
        let (list, items) = as_list(node);
        let items = self.flat(items);
        let items = items
            .into_iter()
            .map(|item| self.apply(of, item, &inside))
            .collect();
        Node {
            value: Value::Seq(items),
            ..list
        }
    }

    /// The items of lists in lists. The reference forgets their lines.
    fn flat(&self, items: Vec<Node>) -> Vec<Node> {
        let nested = items.iter().any(|item| kind(item) == Kind::Seq);
        let mut items = flattened(items);
        if nested && self.reading.dialect == Dialect::Reference {
            items.iter_mut().for_each(forget_keys);
        }
        items
    }

    fn map(&mut self, ty: &Type, map: &MapType, node: Node, place: &Place<'_>) -> Node {
        let node = if kind(&node) == Kind::Map || is_empty_map(&node) {
            keys::keys(map, node, place, self.report, self.reading.dialect)
        } else {
            node
        };
        let node = reshape::cached(map, node, place, self.report);
        let node = reshape::enabled(map, node);
        let node = match reshape::prefixed(map, &node) {
            Some(other) => {
                let other = if fits(ty, &other) {
                    other
                } else {
                    self.apply(ty, other, place)
                };
                if fits(ty, &other) { other } else { node }
            }
            None => node,
        };
        let listed = kind(&node) == Kind::Seq;
        let node = self.pick(ty, node, place);
        let written = self.item_key(&node, listed, place);
        let place = &item_place(place, written.as_ref());
        let node = if map.change == Some(MapChange::Inherit) && kind(&node) == Kind::Map {
            let changed = self.notifications(map, node, place);
            reshape::inherited(changed)
        } else {
            node
        };
        if kind(&node) == Kind::Map {
            self.children(map, node, place)
        } else {
            node
        }
    }

    /// Notifications written as a text become maps before `on_success` is handed down.
    fn notifications(&mut self, map: &MapType, node: Node, place: &Place<'_>) -> Node {
        let Value::Map(entries) = &node.value else {
            return node;
        };
        let entries = entries
            .entries
            .iter()
            .map(|entry| {
                let scalar = !matches!(kind(&entry.value), Kind::Map | Kind::Seq);
                let value = match map.key(&entry.key.text) {
                    Some(key) if scalar => {
                        self.apply(&key.ty, entry.value.clone(), &place.child(&entry.key))
                    }
                    _ => entry.value.clone(),
                };
                Entry {
                    key: entry.key.clone(),
                    value,
                }
            })
            .collect();
        with_value(&node, Value::Map(Map { entries }))
    }

    fn children(&mut self, map: &MapType, node: Node, place: &Place<'_>) -> Node {
        let Node {
            value: Value::Map(written),
            span,
            anchored,
            tag,
        } = node
        else {
            return node;
        };
        let mut entries = Vec::with_capacity(written.entries.len());
        for Entry { key, value } in written.entries {
            let ty = map.key(&key.text).map(|key| &key.ty);
            let custom = map
                .custom
                .as_ref()
                .filter(|_| !map.strict)
                .map(|(_, ty)| ty);
            let value = match ty.or(custom) {
                Some(ty) => self.apply(ty, value, &place.child(&key)),
                None => value,
            };
            entries.push(Entry { key, value });
        }
        Node {
            value: Value::Map(Map { entries }),
            span,
            anchored,
            tag,
        }
    }

    /// The first item of a list where one value is wanted. A word that the list begins with is
    /// corrected where it stands, however deep, and whether it is taken or not.
    fn pick(&mut self, ty: &Type, node: Node, place: &Place<'_>) -> Node {
        let Some(first) = node.as_seq().and_then(<[Node]>::first) else {
            return node;
        };
        if fits(ty, &node) {
            return node;
        }
        let written = self.written(true, place);
        let changed = self.apply(ty, first.clone(), &item_place(place, written.as_ref()));
        let first_is_scalar = kind(first).is_scalar();
        let picks = fits(ty, &changed) || (first_is_scalar && !matches!(ty.shape, Shape::Map(_)));
        let written = first.clone();
        let mut list = node;
        if matches!(ty.shape, Shape::Str(_)) && first_word(&list).is_some_and(is_text) {
            correct(&mut list, &changed);
        }
        let Some(first) = list.as_seq().and_then(<[Node]>::first).filter(|_| picks) else {
            return list;
        };
        self.report.unexpected_seq(place, &list, first);
        // What comes next corrects a lone word anew, with its own messages.
        if first_is_scalar {
            written
        } else {
            first.clone()
        }
    }

    /// The reference forgets to rename the items of a list whose key it renames, and names both.
    fn written(&self, listed: bool, place: &Place<'_>) -> Option<Key> {
        let renames = listed && self.reading.dialect == Dialect::Reference;
        renames.then(|| self.report.written(place.key)).flatten()
    }

    /// The same for an item that was picked from its list.
    fn item_key(&self, node: &Node, listed: bool, place: &Place<'_>) -> Option<Key> {
        self.written(listed && kind(node) != Kind::Seq, place)
    }

    fn scalar(&mut self, ty: &Type, node: Node, place: &Place<'_>) -> Node {
        let node = self.pick(ty, node, place);
        if !is_given(&node) || !kind(&node).is_scalar() {
            return node;
        }
        if matches!(ty.shape, Shape::Secure { .. }) {
            let number = matches!(kind(&node), Kind::Num | Kind::Bool);
            return if number {
                as_text(&node, self.reading.dialect)
            } else {
                node
            };
        }
        if !casts(&ty.shape, &node) {
            return node;
        }
        let found = cast(&ty.shape, node.clone(), self.reading.dialect);
        // The reference guesses in silence.
        if let (Some(guessed), Dialect::Ours) = (found.guessed, self.reading.dialect) {
            self.report
                .found_value(Level::Warning, "find_value", place, &node, guessed);
        }
        found.node
    }

    fn text(&mut self, ty: &StrType, node: Node, place: &Place<'_>) -> Node {
        if kind(&node) != Kind::Str {
            return node;
        }
        let mut node = node;
        let text = node.as_text().unwrap_or_default();
        if ty.downcase && text.to_lowercase() != text {
            self.report.downcase(place, &node);
            node = with_text(&node, text.to_lowercase());
        }
        if ty.words.is_empty() {
            node
        } else {
            self.word(ty, node, place)
        }
    }
}

fn item_place<'a>(place: &'a Place<'a>, written: Option<&'a Key>) -> Place<'a> {
    match written {
        Some(key) if place.detected => place.child(key).detected(),
        Some(key) => place.child(key),
        None => *place,
    }
}

fn is_empty_map(node: &Node) -> bool {
    matches!(&node.value, Value::Map(map) if map.is_empty())
}

/// The scalar that a list of lists begins with, or the scalar itself.
fn first_word(node: &Node) -> Option<&Node> {
    match &node.value {
        Value::Seq(items) => first_word(items.first()?),
        Value::Map(_) => None,
        Value::Scalar(_) => Some(node),
    }
}

fn is_text(node: &Node) -> bool {
    kind(node) == Kind::Str
}

/// Puts the word that one value begins with where another begins.
fn correct(node: &mut Node, by: &Node) {
    match &mut node.value {
        Value::Seq(items) => {
            if let Some(first) = items.first_mut() {
                correct(first, by);
            }
        }
        Value::Map(_) => {}
        Value::Scalar(_) => {
            if let Some(word) = first_word(by).and_then(Node::as_text) {
                *node = with_text(node, word);
            }
        }
    }
}

fn forget_keys(node: &mut Node) {
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(forget_keys),
        Value::Map(map) => map.entries.iter_mut().for_each(|entry| {
            entry.key.span.end = entry.key.span.start;
            forget_keys(&mut entry.value);
        }),
        Value::Scalar(_) => {}
    }
}

/// A list without its items, and they; another value is the only item of one.
pub(super) fn as_list(node: Node) -> (Node, Vec<Node>) {
    let list = Node {
        value: Value::Seq(Vec::new()),
        span: node.span,
        anchored: node.anchored,
        tag: node.tag.clone(),
    };
    match node.value {
        Value::Seq(items) => (list, items),
        _ => (list, vec![node]),
    }
}

/// The items of lists in lists, in one list.
pub(super) fn flattened(items: Vec<Node>) -> Vec<Node> {
    if items.iter().all(|item| item.as_seq().is_none()) {
        return items;
    }
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item.value {
            Value::Seq(items) => flat.extend(flattened(items)),
            _ => flat.push(item),
        }
    }
    flat
}
