//! What an edit does: to the text, and, said apart from it, to the tree.

use super::lines::Lines;
use super::patch::Patch;
use super::tree::{Node, Pair, Shape, needs_quotes};

/// The patches of a text, and the value that the root's key must have afterwards.
pub(super) struct Plan {
    pub(super) patches: Vec<Patch>,
    pub(super) key: &'static str,
    pub(super) value: Node,
    pub(super) replaced: bool,
}

/// Why there is no plan.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: String,
    pub(super) at: Option<usize>,
}

/// A refusal at a node.
pub(super) fn refuse<T>(node: &Node, reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal {
        reason: reason.into(),
        at: Some(node.start),
    })
}

/// The root's pairs, when it is a map in block style; none for a text without a value.
pub(super) fn root_pairs(root: Option<&Node>) -> Result<&[Pair], Refusal> {
    match root {
        None => Ok(&[]),
        Some(node) if node.is_absent() => Ok(&[]),
        Some(Node {
            shape: Shape::Map { pairs, flow: false },
            ..
        }) => Ok(pairs),
        Some(node) => refuse(node, "the file is not a map in block style"),
    }
}

/// The one pair of a key; an error when the key stands twice.
pub(super) fn only<'a>(pairs: &'a [Pair], key: &str) -> Result<Option<&'a Pair>, Refusal> {
    let mut found = pairs.iter().filter(|pair| pair.key.text() == Some(key));
    match (found.next(), found.next()) {
        (_, Some(second)) => refuse(&second.key, format!("`{key}` stands there twice")),
        (first, None) => Ok(first),
    }
}

/// Refuses what other parts of the file share: an edit would reach them, too.
pub(super) fn not_shared(node: &Node, what: &str) -> Result<(), Refusal> {
    if matches!(node.shape, Shape::Alias(_)) || node.anchor != 0 {
        return refuse(node, format!("`{what}` is shared through an anchor"));
    }
    if node.tag.is_some() {
        return refuse(node, format!("`{what}` has a tag"));
    }
    Ok(())
}

/// Refuses a map that is filled by a merge key: a new key would hide what is merged in.
pub(super) fn not_merged(pairs: &[Pair], key: &str) -> Result<(), Refusal> {
    match pairs.iter().find(|pair| pair.key.text() == Some("<<")) {
        Some(merge) => refuse(
            &merge.key,
            format!("`{key}` may come from the merge key `<<`"),
        ),
        None => Ok(()),
    }
}

/// The patch that puts a new secure value in the place of the one before.
pub(super) fn reseal(lines: &Lines<'_>, value: &Node, sealed: &str) -> Result<Patch, Refusal> {
    not_shared(value, "secure")?;
    if value.text().is_none() || !lines.same_line(value.start, value.end) {
        return refuse(value, "the value before it is not one string in one line");
    }
    Ok(Patch {
        range: value.start..value.end,
        with: format!("\"{sealed}\""),
    })
}

/// The patches that add an item behind the last one of a flow list or map. `parts` are the places
/// of the present items.
pub(super) fn into_flow(
    lines: &Lines<'_>,
    whole: &Node,
    parts: &[(usize, usize)],
    item: &str,
) -> Vec<Patch> {
    let Some(&(start, end)) = parts.last() else {
        return vec![Patch::insert(whole.start + 1, item)];
    };
    let rest = lines.text.get(end..whole.end).unwrap_or_default();
    let after = rest.trim_start();
    // A comma behind the last item, as some lists in lines have it, stays the last thing.
    let comma = after
        .starts_with(',')
        .then(|| end + (rest.len() - after.len()) + 1);
    let behind = comma.unwrap_or(end);
    let indent = lines
        .text
        .get(lines.start(start)..start)
        .unwrap_or_default();
    let line = lines
        .text
        .get(behind..lines.end(behind))
        .unwrap_or_default();
    let tail = line.trim_start();
    let alone = indent.trim().is_empty() && (tail.is_empty() || tail.starts_with('#'));
    if alone && !lines.same_line(whole.start, start) {
        let at = behind + line.trim_end_matches(['\r', '\n']).len();
        let (before, last) = if comma.is_some() {
            ("", ",")
        } else {
            (",", "")
        };
        let own_line = format!("{}{indent}{item}{last}", lines.newline);
        return vec![Patch::insert(behind, before), Patch::insert(at, own_line)];
    }
    let separator = if comma.is_some() { " " } else { ", " };
    vec![Patch::insert(behind, format!("{separator}{item}"))]
}

/// A map with one more key that holds a secret, in text and tree; an older secret is replaced.
pub(super) fn put(
    lines: &Lines<'_>,
    map: &Node,
    unit: usize,
    key: &str,
    sealed: &str,
) -> Result<(Vec<Patch>, Node, bool), Refusal> {
    let mut value = map.clone();
    let Shape::Map { pairs, flow } = &mut value.shape else {
        return refuse(map, format!("`{key}` cannot be added to what is no map"));
    };
    let (patches, replaced) = match only(pairs, key)? {
        Some(pair) => match pair.value.as_secure() {
            Some(before) => (vec![reseal(lines, before, sealed)?], true),
            None => return refuse(&pair.key, format!("`{key}` is there already")),
        },
        None => {
            not_merged(pairs, key)?;
            let text = key_text(key);
            let patches = if *flow {
                let parts: Vec<_> = pairs
                    .iter()
                    .map(|pair| (pair.key.start, pair.value.end.max(pair.key.end)))
                    .collect();
                into_flow(
                    lines,
                    map,
                    &parts,
                    &format!("{text}: {{secure: \"{sealed}\"}}"),
                )
            } else {
                let column = lines.column(map.start);
                let block = [
                    (column, format!("{text}:")),
                    (column + unit, format!("secure: \"{sealed}\"")),
                ];
                let at = lines.below(map.end, column.saturating_sub(1));
                vec![Patch::insert(at, lines.block(at, &block))]
            };
            (patches, false)
        }
    };
    set(pairs, key, Node::secure(sealed));
    Ok((patches, value, replaced))
}

/// How a key is written: in quotes where other readers would take it for a boolean.
fn key_text(key: &str) -> String {
    if needs_quotes(key) {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    }
}

/// The tree with a key of its root set, in its place or as the last one.
pub(super) fn with_key(root: Option<Node>, key: &str, value: Node) -> Node {
    let mut root = match root {
        Some(root) if !root.is_absent() => root,
        _ => Node::map(Vec::new()),
    };
    if let Shape::Map { pairs, .. } = &mut root.shape {
        set(pairs, key, value);
    }
    root
}

/// Sets a key of a map, in its place or as the last one.
pub(super) fn set(pairs: &mut Vec<Pair>, key: &str, value: Node) {
    match pairs.iter_mut().find(|pair| pair.key.text() == Some(key)) {
        Some(pair) => pair.value = value,
        None => pairs.push(Pair::new(key, value)),
    }
}
