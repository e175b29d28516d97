//! `branches:`

use crate::branches::Branches;
use crate::yaml::Node;

use super::value::texts;

impl Branches {
    /// From `branches:` in normal form.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let entries = |key| {
            let texts = node.get(key).map(texts).unwrap_or_default();
            texts.iter().flat_map(|text| Self::entries(text)).collect()
        };
        Self {
            only: entries("only"),
            except: entries("except"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml::{Entry, Key, Map, Value};

    #[test]
    fn a_text_may_name_several_branches() {
        let key = Key {
            text: "only".to_owned(),
            span: Span::default(),
        };
        let value = Node::string("main, /^v\\d+,?/", Span::default());
        let map = Map {
            entries: vec![Entry { key, value }],
        };
        let branches = Branches::from_node(&Node::new(Value::Map(map), Span::default()));
        assert_eq!(branches.only, ["main", "/^v\\d+,?/"]);
    }
}
