//! A job while it is made: keys with values of the config, or made for it.

use std::ops::Deref;
use std::rc::Rc;

use crate::source::Span;
use crate::yaml::{Map, Node, Resolved};

/// A job's keys with their values in normal form.
#[derive(Clone, Debug, Default)]
pub struct Job<'c> {
    keys: Vec<(&'c str, Shared<'c>)>,
    /// Where it is written, when it is written out.
    pub span: Option<Span>,
}

/// A value that jobs share.
#[derive(Clone, Debug)]
pub(super) enum Shared<'c> {
    /// It stands in the config.
    Config(&'c Node),
    /// It was made.
    Made(Rc<Node>),
}

impl Shared<'_> {
    pub(super) fn made(node: Node) -> Self {
        Self::Made(Rc::new(node))
    }
}

impl Deref for Shared<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        match self {
            Self::Config(node) => node,
            Self::Made(node) => node,
        }
    }
}

impl<'c> Job<'c> {
    /// A job written out.
    pub(super) fn from_map(map: &'c Map, span: Span) -> Self {
        let keys = map.entries.iter();
        let keys = keys.map(|entry| (entry.key.text.as_str(), Shared::Config(&entry.value)));
        Self {
            keys: keys.collect(),
            span: Some(span),
        }
    }

    /// A key's value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.shared(key).map(|value| &**value)
    }

    /// A key's value, to be given to other jobs.
    pub(super) fn shared(&self, key: &str) -> Option<&Shared<'c>> {
        let mut keys = self.keys.iter();
        keys.find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The text of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::as_text)
    }

    /// Whether a key says `true`.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        let scalar = self.get(key).and_then(Node::as_scalar);
        scalar.is_some_and(|scalar| scalar.resolved == Resolved::Bool(true))
    }

    /// All keys with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&'c str, &Node)> {
        self.keys.iter().map(|(key, value)| (*key, &**value))
    }

    pub(super) fn set(&mut self, key: &'c str, value: Shared<'c>) {
        match self.keys.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.keys.push((key, value)),
        }
    }

    /// Keeps the keys for which this says so, which is asked about all before any goes.
    pub(super) fn retain(&mut self, keep: impl Fn(&Self, &str, &Node) -> bool) {
        let kept: Vec<bool> = self
            .iter()
            .map(|(key, value)| keep(self, key, value))
            .collect();
        let mut kept = kept.into_iter();
        self.keys.retain(|_| kept.next().unwrap_or(true));
    }

    /// Adds what the job does not say itself.
    pub(super) fn fill(&mut self, shared: &[(&'c str, &'c Node)]) {
        let own = self.keys.len();
        for (key, value) in shared {
            let said = self.keys.iter().take(own).any(|(name, _)| name == key);
            if !said {
                self.keys.push((key, Shared::Config(value)));
            }
        }
    }
}
