//! Puts a map together: duplicate keys and merges (language reference §1.6 and §1.7).

use std::collections::HashMap;

use super::node::{Entry, Key, Map, Node, Value};
use crate::source::Span;

/// How many keys are looked through one by one, which is faster than an index of them.
const FEW: usize = 16;

/// A map under construction.
#[derive(Default)]
pub(super) struct Assembly {
    map: Map,
    /// Where each entry's key is written in this map itself.
    written: Vec<Written>,
    /// The position of each key, when there are more than a few.
    index: HashMap<String, usize>,
}

#[derive(Default)]
struct Written {
    first: Option<Span>,
    again: Vec<Span>,
}

/// A key that a map holds several times.
pub(super) struct Repeated {
    pub(super) key: String,
    /// All its places, at least two.
    pub(super) places: Vec<Span>,
}

impl Assembly {
    /// Puts a key that is written in the map. The last value wins at the first one's position.
    pub(super) fn put(&mut self, key: Key, value: Node) {
        let span = key.span;
        let at = self.set(key, value);
        if let Some(written) = self.written.get_mut(at) {
            match written.first {
                None => written.first = Some(span),
                Some(_) => written.again.push(span),
            }
        }
    }

    /// Puts the value of `<<`. Its keys overwrite those before it; those after it overwrite it.
    /// What is neither a map nor a list of maps is the value of an ordinary key.
    pub(super) fn merge(&mut self, key: Key, value: Node) {
        match value.value {
            Value::Map(map) => self.merge_map(map),
            Value::Seq(items) if items.iter().all(|item| item.as_map().is_some()) => {
                // The first of the list wins, so it comes last.
                for item in items.into_iter().rev() {
                    if let Value::Map(map) = item.value {
                        self.merge_map(map);
                    }
                }
            }
            _ => {
                self.set(key, value);
            }
        }
    }

    /// The map, and its repeated keys in the order in which they first stand there.
    pub(super) fn finish(self) -> (Map, Vec<Repeated>) {
        let keys = self.map.entries.iter().zip(self.written);
        let repeated = keys.filter(|(_, written)| !written.again.is_empty());
        let repeated = repeated.map(|(entry, Written { first, again })| Repeated {
            key: entry.key.text.clone(),
            places: first.into_iter().chain(again).collect(),
        });
        let repeated = repeated.collect();
        (self.map, repeated)
    }

    fn merge_map(&mut self, map: Map) {
        for Entry { key, value } in map.entries {
            self.set(key, value);
        }
    }

    /// Gives a key a value; the answer is its position.
    fn set(&mut self, key: Key, value: Node) -> usize {
        let next = self.map.entries.len();
        let known = if next <= FEW {
            let mut keys = self.map.entries.iter();
            keys.position(|entry| entry.key.text == key.text)
        } else {
            self.index.get(&key.text).copied()
        };
        if let Some(at) = known {
            if let Some(entry) = self.map.entries.get_mut(at) {
                entry.value = value;
            }
            return at;
        }
        self.map.entries.push(Entry { key, value });
        self.written.push(Written::default());
        if next >= FEW {
            let unknown = self.map.entries.iter().enumerate().skip(self.index.len());
            let unknown = unknown.map(|(at, entry)| (entry.key.text.clone(), at));
            self.index.extend(unknown);
        }
        next
    }
}
