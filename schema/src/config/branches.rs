//! `branches:`

use crate::source::Span;
use crate::yaml::Node;

use super::value::texts;

/// Which branches are built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// Names and `/patterns/`, one of which must fit; `None` where it is not given.
    pub only: Option<Vec<String>>,
    /// Names and `/patterns/`, none of which may fit; `None` where it is not given.
    pub except: Option<Vec<String>>,
    /// Where they are written.
    pub span: Span,
}

impl Branches {
    /// From `branches:` in normal form.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let names = |key| {
            node.get(key).map(|node| {
                let names = texts(node);
                // A text may name several, with commas; a pattern may have commas of its own.
                let split = |name: String| -> Vec<String> {
                    if name.starts_with('/') {
                        return vec![name];
                    }
                    name.split(',').map(|part| part.trim().to_owned()).collect()
                };
                names
                    .into_iter()
                    .flat_map(split)
                    .filter(|name| !name.is_empty())
                    .collect()
            })
        };
        Self {
            only: names("only"),
            except: names("except"),
            span: node.span,
        }
    }
}
