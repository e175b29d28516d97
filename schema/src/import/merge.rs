//! Two configs into one, of which the one that imports has precedence.

use std::collections::HashMap;

use crate::yaml::{Entry, Map, Node, Value};

/// How an imported config is merged (run-time reference §10.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Maps key by key, all the way down; lists one after the other, the imported one first.
    #[default]
    DeepMergeAppend,
    /// Maps key by key, all the way down; lists one after the other, the imported one last.
    DeepMergePrepend,
    /// Maps key by key, all the way down; a list replaces the imported one.
    DeepMerge,
    /// Only the keys of the root, each whole.
    Merge,
    /// Nothing of the imported config remains.
    Replace,
}

impl Mode {
    /// The mode of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "deep_merge_append" => Self::DeepMergeAppend,
            "deep_merge_prepend" => Self::DeepMergePrepend,
            "deep_merge" => Self::DeepMerge,
            "merge" => Self::Merge,
            "replace" => Self::Replace,
            _ => return None,
        })
    }

    /// The mode that a value's own tag asks for: `!map+merge`, `!seq+prepend`.
    fn of_tag(node: &Node) -> Option<Self> {
        let (shape, mode) = node.tag.as_deref()?.strip_prefix('!')?.split_once('+')?;
        match (shape, mode) {
            ("seq", "append") => Some(Self::DeepMergeAppend),
            ("seq", "prepend") => Some(Self::DeepMergePrepend),
            ("map", mode) => Self::from_name(mode),
            ("seq", "replace") => Some(Self::Replace),
            _ => None,
        }
    }
}

/// Merges an imported tree below another. A value's own tag is stronger than the mode, the tag of
/// what has precedence stronger than the other's.
#[must_use]
pub fn merge(higher: Node, lower: Node, mode: Mode) -> Node {
    let mode = Mode::of_tag(&higher)
        .or_else(|| Mode::of_tag(&lower))
        .unwrap_or(mode);
    let Node {
        value,
        span,
        anchored,
        tag,
    } = higher;
    let value = match (value, lower.value) {
        (Value::Map(higher), Value::Map(lower)) if mode != Mode::Replace => {
            Value::Map(maps(higher, lower, mode))
        }
        (Value::Seq(higher), Value::Seq(lower)) => Value::Seq(match mode {
            Mode::DeepMergeAppend => lower.into_iter().chain(higher).collect(),
            Mode::DeepMergePrepend => higher.into_iter().chain(lower).collect(),
            Mode::DeepMerge | Mode::Merge | Mode::Replace => higher,
        }),
        (higher, _) => higher,
    };
    Node {
        value,
        span,
        anchored,
        tag,
    }
}

fn maps(mut higher: Map, lower: Map, mode: Mode) -> Map {
    // The mode `merge` does not go below this map's keys.
    let below = match mode {
        Mode::Merge => Mode::Replace,
        mode => mode,
    };
    let keys = higher.entries.iter().map(|entry| entry.key.text.clone());
    let known: HashMap<String, usize> = keys.zip(0..).collect();
    for Entry { key, value } in lower.entries {
        let known = known.get(&key.text);
        match known.and_then(|at| higher.entries.get_mut(*at)) {
            Some(entry) => {
                let over = std::mem::replace(&mut entry.value, Node::null(value.span));
                entry.value = merge(over, value, below);
            }
            None => higher.entries.push(Entry { key, value }),
        }
    }
    higher
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::source::{FileId, Source};
    use crate::yaml::load;

    fn tree(text: &str) -> Node {
        let loaded = load(&Source::new("x", text), FileId(0), Dialect::Ours);
        loaded.root.unwrap()
    }

    /// The tree without places, on one line.
    fn shown(node: &Node) -> String {
        match &node.value {
            Value::Scalar(scalar) => scalar.text.clone(),
            Value::Seq(items) => {
                let items: Vec<String> = items.iter().map(shown).collect();
                format!("[{}]", items.join(" "))
            }
            Value::Map(map) => {
                let pair = |entry: &Entry| format!("{}:{}", entry.key.text, shown(&entry.value));
                let pairs: Vec<String> = map.entries.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(" "))
            }
        }
    }

    const HIGHER: &str = "{a: [1], m: {x: 1, deep: [1]}, s: 1}";
    const LOWER: &str = "{a: [2], m: {y: 2, x: 2, deep: [2]}, s: 2, t: 2}";

    fn merged(mode: &str) -> String {
        let mode = Mode::from_name(mode).unwrap();
        shown(&merge(tree(HIGHER), tree(LOWER), mode))
    }

    #[test]
    fn each_mode_goes_as_deep_as_it_says() {
        assert_eq!(
            merged("deep_merge_append"),
            "{a:[2 1] m:{x:1 deep:[2 1] y:2} s:1 t:2}"
        );
        assert_eq!(
            merged("deep_merge_prepend"),
            "{a:[1 2] m:{x:1 deep:[1 2] y:2} s:1 t:2}"
        );
        assert_eq!(merged("deep_merge"), "{a:[1] m:{x:1 deep:[1] y:2} s:1 t:2}");
        assert_eq!(merged("merge"), "{a:[1] m:{x:1 deep:[1]} s:1 t:2}");
        assert_eq!(merged("replace"), "{a:[1] m:{x:1 deep:[1]} s:1}");
    }

    #[test]
    fn a_tag_of_a_value_is_stronger_than_the_mode() {
        let higher = tree("{a: !seq+prepend [1], m: !map+merge {x: [1]}, n: !map+replace {x: 1}}");
        let lower = tree("{a: [2], m: {x: [2], y: [2]}, n: {y: 2}}");
        assert_eq!(
            shown(&merge(higher, lower, Mode::DeepMergeAppend)),
            "{a:[1 2] m:{x:[1] y:[2]} n:{x:1}}"
        );
    }

    #[test]
    fn a_value_of_another_shape_wins_whole() {
        let higher = tree("{a: x, m: [1]}");
        let lower = tree("{a: {b: 1}, m: {b: 1}}");
        assert_eq!(shown(&merge(higher, lower, Mode::DeepMerge)), "{a:x m:[1]}");
    }
}
