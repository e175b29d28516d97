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
    /// The positions of entries whose keys were merged, with where they are then written first.
    merged: Vec<(usize, Option<Span>)>,
    /// The positions of entries whose keys are written again, and where.
    again: Vec<(usize, Span)>,
    /// The position of each key, when there are more than a few.
    index: HashMap<String, usize>,
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
        let (at, is_new) = self.set(key, value);
        if is_new {
            return;
        }
        match self.merged_at(at) {
            Some(first @ None) => *first = Some(span),
            _ => self.again.push((at, span)),
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
            _ => self.set_merged(key, value),
        }
    }

    /// The map, and its repeated keys in the order in which they first stand there.
    pub(super) fn finish(mut self) -> (Map, Vec<Repeated>) {
        // By position, and the places of each in their order.
        self.again.sort_by_key(|(at, _)| *at);
        let mut repeated: Vec<Repeated> = Vec::new();
        for places in self.again.chunk_by(|(a, _), (b, _)| a == b) {
            let at = places.first().map_or(0, |(at, _)| *at);
            let Some(entry) = self.map.entries.get(at) else {
                continue;
            };
            let merged = self.merged.binary_search_by_key(&at, |(at, _)| *at);
            let merged = merged.ok().and_then(|found| self.merged.get(found));
            let first = merged.map_or(Some(entry.key.span), |(_, first)| *first);
            let again = places.iter().map(|(_, span)| *span);
            repeated.push(Repeated {
                key: entry.key.text.clone(),
                places: first.into_iter().chain(again).collect(),
            });
        }
        (self.map, repeated)
    }

    /// Where a merged key is then written first; positions are in their order.
    fn merged_at(&mut self, at: usize) -> Option<&mut Option<Span>> {
        let found = self.merged.binary_search_by_key(&at, |(at, _)| *at);
        let (_, first) = self.merged.get_mut(found.ok()?)?;
        Some(first)
    }

    fn merge_map(&mut self, map: Map) {
        for Entry { key, value } in map.entries {
            self.set_merged(key, value);
        }
    }

    /// Gives a key a value that is not written as one of this map's own.
    fn set_merged(&mut self, key: Key, value: Node) {
        let (at, is_new) = self.set(key, value);
        if is_new {
            self.merged.push((at, None));
        }
    }

    /// Gives a key a value; the answer is its position, and whether it was not there before.
    fn set(&mut self, key: Key, value: Node) -> (usize, bool) {
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
            return (at, false);
        }
        self.map.entries.push(Entry { key, value });
        if next >= FEW {
            let unknown = self.map.entries.iter().enumerate().skip(self.index.len());
            let unknown = unknown.map(|(at, entry)| (entry.key.text.clone(), at));
            self.index.extend(unknown);
        }
        (next, true)
    }
}
