//! Puts a map together: duplicate keys and merges (language reference §1.6 and §1.7).

use std::collections::HashMap;

use super::node::{Entry, Key, Map, Node, Value};
use crate::source::Span;

/// A map under construction.
#[derive(Default)]
pub(super) struct Assembly {
    map: Map,
    seen: HashMap<String, Seen>,
    /// Names of keys written more than once.
    repeated: Vec<String>,
}

struct Seen {
    /// The position in the map.
    at: usize,
    /// Each place where the key is written in this map itself.
    written: Vec<Span>,
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
        let name = key.text.clone();
        let seen = self.set(key, value);
        seen.written.push(span);
        if seen.written.len() == 2 {
            self.repeated.push(name);
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
    pub(super) fn finish(mut self) -> (Map, Vec<Repeated>) {
        let mut keys = std::mem::take(&mut self.repeated);
        keys.sort_by_key(|key| self.seen.get(key).map(|seen| seen.at));
        let mut repeated = Vec::new();
        for key in keys {
            let places = self.seen.remove(&key).map(|seen| seen.written);
            repeated.push(Repeated {
                key,
                places: places.unwrap_or_default(),
            });
        }
        (self.map, repeated)
    }

    fn merge_map(&mut self, map: Map) {
        for Entry { key, value } in map.entries {
            self.set(key, value);
        }
    }

    fn set(&mut self, key: Key, value: Node) -> &mut Seen {
        let entries = &mut self.map.entries;
        let seen = self.seen.entry(key.text.clone()).or_insert(Seen {
            at: entries.len(),
            written: Vec::new(),
        });
        match entries.get_mut(seen.at) {
            Some(entry) => entry.value = value,
            None => entries.push(Entry { key, value }),
        }
        seen
    }
}
