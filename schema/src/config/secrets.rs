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
        paths.walk(root, &mut Vec::new());
        paths
    }

    fn walk<'n>(&mut self, node: &'n Node, path: &mut Vec<Step<'n>>) {
        match &node.value {
            Value::Scalar(_) => {}
            Value::Seq(items) => {
                for (at, item) in items.iter().enumerate() {
                    path.push(Step::Item(at));
                    self.walk(item, path);
                    path.pop();
                }
            }
            Value::Map(map) => {
                for entry in &map.entries {
                    path.push(Step::Key(&entry.key.text));
                    if entry.key.text == "secure" && entry.value.as_text().is_some() {
                        self.0.insert(entry.value.span, dotted(path));
                    } else {
                        self.walk(&entry.value, path);
                    }
                    path.pop();
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

/// One step of a path.
enum Step<'n> {
    Key(&'n str),
    Item(usize),
}

/// The path that steps make.
fn dotted(steps: &[Step<'_>]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => below(&path, key),
        Step::Item(at) => bounded(format!("{path}[{at}]")),
    })
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
