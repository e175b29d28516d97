//! From the leaves up: what is wrong, and what is not said.

mod scalars;

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Arg;
use crate::dialect::Dialect;
use crate::reference::{Idle, MapType, Shape, Type, forbidden, is_added, is_unlisted};
use crate::regex::Patterns;
use crate::source::Span;
use crate::yaml::{Entry, Map, Node, Resolved, Value};

use super::kind::{Kind, is_given, is_missing, kind, with_value};
use super::matching::{alternatives, fits, is_private};
use super::messages::Report;
use super::place::Place;
use super::{Reading, sealed, text};

/// Keys of the root on which defaults depend.
const SAID: [&str; 3] = ["language", "os", "dist"];

/// How many machines a message names.
const NAMED: usize = 50;

pub(super) struct Check<'r, 's> {
    pub(super) report: &'r mut Report<'s>,
    pub(super) reading: Reading,
    /// What is said of each of [`SAID`] at the root, as far as it is known.
    said: [Vec<String>; SAID.len()],
    /// The provider of the deployment that is being checked.
    provider: Option<String>,
    /// Machines that have been created.
    machines: Vec<Arg>,
    /// The patterns of conditions, and whether it was told that they cost too much.
    patterns: Patterns,
    exhausted: bool,
    /// Whether the root says `conditions: v0`.
    old_conditions: bool,
    /// What was told of that nothing comes of.
    idle: HashSet<String>,
}

impl<'r, 's> Check<'r, 's> {
    pub(super) fn new(report: &'r mut Report<'s>, reading: Reading, root: &Node) -> Self {
        let mut check = Self {
            report,
            reading,
            said: Default::default(),
            provider: None,
            machines: Vec::new(),
            patterns: Patterns::default(),
            exhausted: false,
            idle: HashSet::new(),
            old_conditions: root.get("conditions").and_then(Node::as_text) == Some("v0"),
        };
        for entry in root.as_map().into_iter().flat_map(|map| &map.entries) {
            check.note(&entry.key.text, &entry.value);
        }
        check
    }

    fn note(&mut self, key: &str, node: &Node) {
        let Some(at) = SAID.iter().position(|said| *said == key) else {
            return;
        };
        let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
        let values = items.iter().filter_map(Node::as_text).map(str::to_owned);
        if let Some(said) = self.said.get_mut(at) {
            *said = values.collect();
        }
    }

    pub(super) fn apply(&mut self, ty: &Type, node: Node, place: &Place<'_>) -> Node {
        if sealed::is_empty(&node) {
            self.report.empty_secure(place, &node);
            return Node::null(node.span);
        }
        match &ty.shape {
            Shape::Any { .. } => {
                let (tried, detected) = alternatives(ty, &node);
                let place = if detected { place.detected() } else { *place };
                let fitting = tried.iter().find(|ty| fits(ty, &node)).or(tried.first());
                match fitting {
                    Some(ty) => self.apply(ty, node, &place),
                    None => node,
                }
            }
            Shape::Seq { of, env } => self.seq(of, *env, node, place),
            Shape::Map(map) => self.map(map, node, place),
            Shape::Str(ty) => self.text(ty, node, place),
            Shape::Num { range } => self.number(node, place, *range),
            Shape::Bool { only } => {
                if only
                    .is_some_and(|only| node.as_text() != Some(if only { "true" } else { "false" }))
                    && kind(&node) == Kind::Bool
                {
                    self.report.unknown_value(place, &node, None, &[]);
                }
                self.typed(node, place, Kind::Bool)
            }
            Shape::Secure { strict, alert } => self.secure(node, place, *strict, *alert),
        }
    }

    fn seq(&mut self, of: &Type, env: bool, node: Node, place: &Place<'_>) -> Node {
        let Value::Seq(items) = node.value else {
            return self.typed(node, place, Kind::Seq);
        };
        let items = items.into_iter().map(|item| self.apply(of, item, place));
        let keep = |item: &Node| {
            if env {
                kind(item) != Kind::None
            } else {
                !is_missing(item)
            }
        };
        let items = items.filter(keep).collect();
        let node = Node {
            value: Value::Seq(items),
            ..node
        };
        self.unique(of, &node, place);
        node
    }

    fn unique(&mut self, of: &Type, node: &Node, place: &Place<'_>) {
        let (Some(map), Some(items)) = (of.as_map(), node.as_seq()) else {
            return;
        };
        let mut all = Vec::new();
        for key in map.keys.iter().filter(|key| key.unique) {
            let values: Vec<&str> = items
                .iter()
                .filter_map(|item| item.get(key.name)?.as_text())
                .collect();
            let mut count: HashMap<&str, usize> = HashMap::new();
            values
                .iter()
                .for_each(|value| *count.entry(value).or_default() += 1);
            // Each once, in the order of the first.
            let mut twice = values;
            twice.retain(|value| count.remove(value).is_some_and(|count| count > 1));
            if !twice.is_empty() {
                all.push(format!("{}: {}", key.name, twice.join(", ")));
            }
        }
        if !all.is_empty() {
            self.report.duplicate(place, node, all.join(", "));
        }
    }

    fn map(&mut self, ty: &MapType, node: Node, place: &Place<'_>) -> Node {
        if !ty.strict && ty.custom.is_none() && kind(&node) == Kind::Secure {
            return node;
        }
        if !is_given(&node) {
            return with_value(&node, Value::Map(Map::default()));
        }
        if kind(&node) != Kind::Map {
            return self.typed(node, place, Kind::Map);
        }
        let outer = self.provider.clone();
        if place.detected {
            self.provider = node
                .get("provider")
                .and_then(Node::as_text)
                .map(str::to_owned);
        }
        let mut seen = Seen::default();
        let node = self.children(ty, node, place, &mut seen);
        self.machine(&node, place);
        if seen.unknown {
            self.unknown_keys(ty, &node, place);
        }
        let node = if ty.strict { compacted(node) } else { node };
        for key in &ty.required {
            if node.get(key).is_none_or(|value| !is_given(value)) {
                self.report.required(place, &node, key);
            }
        }
        if seen.deprecated {
            self.deprecated_keys(ty, &node, place);
        }
        self.condition(ty, &node, place);
        self.provider = outer;
        node
    }

    fn children(&mut self, ty: &MapType, node: Node, place: &Place<'_>, seen: &mut Seen) -> Node {
        let Node {
            value: Value::Map(map),
            span,
            anchored,
            tag,
        } = node
        else {
            return node;
        };
        let root = std::ptr::eq(place.parent(), place);
        let mut entries = Vec::with_capacity(map.entries.len());
        for Entry { key, value } in map.entries {
            let known = ty.key(&key.text);
            seen.unknown |= known.is_none();
            seen.deprecated |= known.is_some_and(|key| key.deprecated.is_some());
            let custom = ty.custom.as_ref().filter(|_| !ty.strict).map(|(_, ty)| ty);
            let value = match known.map(|key| &key.ty).or(custom) {
                Some(ty) => {
                    let below = place.child(&key);
                    let value = self.apply(ty, value, &below);
                    if known.is_some_and(|key| key.edge) && is_given(&value) {
                        self.report.edge(&below, &value);
                    }
                    if let Some(idle) = known.and_then(|key| key.idle)
                        && asks(&value)
                    {
                        self.idle(&below, key.span, &key.text, &idle);
                    }
                    value
                }
                None => value,
            };
            if root {
                self.note(&key.text, &value);
            }
            entries.push(Entry { key, value });
        }
        Node {
            value: Value::Map(Map { entries }),
            span,
            anchored,
            tag,
        }
    }

    /// What nothing comes of yet is told once, however often it is written.
    fn idle(&mut self, place: &Place<'_>, span: Span, name: &str, idle: &Idle) {
        let text = idle.says.replace("{}", name);
        let new = self.reading.dialect == Dialect::Ours && self.idle.insert(text.clone());
        if new {
            self.report.idle(place, span, &text, idle);
        }
    }

    /// `vm.create`: names of machines are unique in the whole config.
    fn machine(&mut self, node: &Node, place: &Place<'_>) {
        if place.name() != "create" || !place.path().ends_with("vm.create") {
            return;
        }
        let first = node.as_map().and_then(|map| map.entries.first());
        let Some(name) = first.map(|entry| super::serialised(&entry.value)) else {
            return;
        };
        if self.machines.contains(&name) {
            let named = self.machines.iter().take(NAMED).cloned().collect();
            self.report.duplicate_machine(place, node, named);
        } else {
            self.machines.push(name);
        }
    }

    fn unknown_keys(&mut self, ty: &MapType, node: &Node, place: &Place<'_>) {
        if !ty.strict {
            return;
        }
        for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
            let key = &entry.key;
            let ignored = is_private(&key.text) || key.text == "merge_mode";
            if ignored || ty.key(&key.text).is_some() || !is_given(&entry.value) {
                continue;
            }
            if is_template(&entry.value) {
                self.report
                    .deprecated_key(place, node, key, "anchor on a non-private key");
            } else if self.refuses(&key.text) && holds_jobs(place) {
                self.report.forbidden_key(place, key);
            } else if self.compat() && is_unlisted(&place.path(), &key.text) {
                // It works.
            } else if self.compat() && is_added(&place.path(), &key.text) {
                self.report.added_key(place, key);
            } else {
                self.report.unknown_key(place, node, key, &entry.value);
            }
        }
    }

    /// Whether a `.travis.yml` is read by our rules.
    fn compat(&self) -> bool {
        self.reading.dialect == Dialect::Ours && self.reading.compat
    }

    fn refuses(&self, key: &str) -> bool {
        self.reading.dialect == Dialect::Ours && !self.reading.compat && forbidden(key)
    }

    fn deprecated_keys(&mut self, ty: &MapType, node: &Node, place: &Place<'_>) {
        for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
            if let Some(info) = ty.key(&entry.key.text).and_then(|key| key.deprecated) {
                self.report.deprecated_key(place, node, &entry.key, info);
            }
        }
    }

    fn condition(&mut self, ty: &MapType, node: &Node, place: &Place<'_>) {
        let Some(entry) = node.as_map().and_then(|map| map.entry("if")) else {
            return;
        };
        if ty.key("if").is_none() || kind(&entry.value) != Kind::Str {
            return;
        }
        let place = place.child(&entry.key);
        let reading = text::Conditions {
            old: self.old_conditions,
            dialect: self.reading.dialect,
            patterns: &self.patterns,
            exhausted: &mut self.exhausted,
        };
        text::condition(&entry.value, &place, self.report, reading);
    }
}

/// What kinds of keys a map has: most have none that there is something to say of.
#[derive(Default)]
struct Seen {
    unknown: bool,
    deprecated: bool,
}

/// Whether a value asks for something: it is not `false` at every depth.
fn asks(node: &Node) -> bool {
    match &node.value {
        Value::Seq(items) => items.iter().any(asks),
        Value::Map(map) => map.entries.iter().any(|entry| asks(&entry.value)),
        Value::Scalar(scalar) => is_given(node) && scalar.resolved != Resolved::Bool(false),
    }
}

/// Whether a value is there to be repeated by its anchor, or has items that are.
fn is_template(node: &Node) -> bool {
    node.anchored
        || node
            .as_seq()
            .is_some_and(|items| items.iter().any(|item| item.anchored))
}

/// Whether keys of jobs stand here.
fn holds_jobs(place: &Place<'_>) -> bool {
    ["root", "jobs", "jobs.include"].contains(&place.path().as_str())
}

fn compacted(node: Node) -> Node {
    match node.value {
        Value::Map(mut map) => {
            map.entries.retain(|entry| !is_missing(&entry.value));
            with_value(&Node::null(node.span), Value::Map(map))
        }
        _ => node,
    }
}
