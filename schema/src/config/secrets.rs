//! Where sealed values stand in the config as written.

use std::collections::HashMap;

use crate::source::Span;
use crate::yaml::{Node, Value};

/// The dotted paths of sealed values by their place, with list positions: `env.global[1].secure`.
#[derive(Clone, Debug, Default)]
pub struct Paths(HashMap<Span, String>);

impl Paths {
    /// All sealed values of a config as written.
    #[must_use]
    pub fn of(root: &Node) -> Self {
        let mut paths = Self::default();
        paths.walk(root, "");
        paths
    }

    fn walk(&mut self, node: &Node, path: &str) {
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                for (at, item) in items.iter().enumerate() {
                    let below = bounded(format!("{path}[{at}]"));
                    self.walk(item, &below);
                }
            }
            Value::Map(map) => {
                for entry in &map.entries {
                    let below = below(path, &entry.key.text);
                    if entry.key.text == "secure" && entry.value.as_text().is_some() {
                        self.0.insert(entry.value.span, below);
                    } else {
                        self.walk(&entry.value, &below);
                    }
                }
            }
        }
    }

    /// The path of the sealed text at a place.
    #[must_use]
    pub fn get(&self, span: Span) -> Option<&str> {
        self.0.get(&span).map(String::as_str)
    }
}

/// The longest path in bytes. Longer ones lead nowhere that takes a sealed value.
const LONGEST: usize = 512;

/// The dotted path of a key below a path.
pub(crate) fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        bounded(key.to_owned())
    } else {
        bounded(format!("{path}.{key}"))
    }
}

fn bounded(path: String) -> String {
    match path.char_indices().find(|(at, _)| *at >= LONGEST) {
        None => path,
        Some((end, _)) => format!("{}…", path.get(..end).unwrap_or_default()),
    }
}
