//! A job while it is made: keys with values that many jobs share.

use std::sync::Arc;

use crate::source::Span;
use crate::yaml::{Map, Node, Resolved};

/// A job's keys with their values in normal form.
#[derive(Clone, Debug, Default)]
pub struct Job {
    keys: Vec<(String, Arc<Node>)>,
    /// Where it is written, when it is written out.
    pub span: Option<Span>,
}

impl Job {
    /// A job written out.
    #[must_use]
    pub fn from_map(map: &Map, span: Span) -> Self {
        let keys = map.entries.iter();
        let keys = keys.map(|entry| (entry.key.text.clone(), Arc::new(entry.value.clone())));
        Self {
            keys: keys.collect(),
            span: Some(span),
        }
    }

    /// A key's value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<Node>> {
        self.keys
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The text of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(|node| node.as_text())
    }

    /// Whether a key says `true`.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        let scalar = self.get(key).and_then(|node| node.as_scalar());
        scalar.is_some_and(|scalar| scalar.resolved == Resolved::Bool(true))
    }

    /// All keys with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Node>)> {
        self.keys.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn set(&mut self, key: &str, value: Arc<Node>) {
        match self.keys.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.keys.push((key.to_owned(), value)),
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str, &Node) -> bool) {
        self.keys.retain(|(key, value)| keep(key, value));
    }

    /// Adds what the job does not say itself.
    pub(super) fn fill(&mut self, shared: &[(String, Arc<Node>)]) {
        let missing = shared.iter().filter(|(key, _)| self.get(key).is_none());
        let missing: Vec<_> = missing.cloned().collect();
        self.keys.extend(missing);
    }
}
