//! The budgets of what is imported (decision 9).

use crate::diagnostic::{Diagnostic, Level};
use crate::source::Span;
use crate::yaml::{Node, Value};

/// How many configs may be imported.
pub const MAX_IMPORTS: usize = 25;

/// How many values a config and all that it imports may hold together, aliases expanded.
pub const MAX_NODES: usize = 60_000;

/// How many bytes of text a config and all that it imports may hold together: 2 MiB.
pub const MAX_TEXT: usize = 2 * 1024 * 1024;

/// What the trees may still hold.
#[derive(Debug)]
pub(super) struct Budget {
    nodes: usize,
    text: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            nodes: MAX_NODES,
            text: MAX_TEXT,
        }
    }

    /// Takes a tree from the budget; the error is at the place that asks for the tree.
    pub(super) fn spend(&mut self, tree: &Node, place: Span) -> Result<(), Box<Diagnostic>> {
        let mut nodes = 0;
        let mut text = 0;
        count(tree, &mut nodes, &mut text);
        let left = (self.nodes.checked_sub(nodes), self.text.checked_sub(text));
        let (Some(nodes), Some(text)) = left else {
            return Err(Box::new(too_large(place)));
        };
        *self = Self { nodes, text };
        Ok(())
    }
}

fn count(node: &Node, nodes: &mut usize, text: &mut usize) {
    *nodes += 1;
    match &node.value {
        Value::Scalar(scalar) => *text += scalar.text.len(),
        Value::Seq(items) => items.iter().for_each(|item| count(item, nodes, text)),
        Value::Map(map) => {
            for entry in &map.entries {
                *text += entry.key.text.len();
                count(&entry.value, nodes, text);
            }
        }
    }
}

fn too_large(place: Span) -> Diagnostic {
    let message = format!(
        "The config and what it imports hold more than {MAX_NODES} values or {} kB of text",
        MAX_TEXT / 1024
    );
    Diagnostic::new(Level::Error, "too_large", "import", message, place)
        .with_label("the limit is reached with this import")
        .with_help("import less, or move long scripts into files of the repository")
        .fatal()
}

pub(super) fn too_many(place: Span) -> Diagnostic {
    let message = format!("More than {MAX_IMPORTS} configs are imported");
    Diagnostic::new(Level::Error, "too_many_imports", "import", message, place)
        .with_label("this is one too many")
        .with_help("put small configs together into one")
        .fatal()
}
