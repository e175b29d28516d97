//! Scalars of one kind where another is wanted.

use crate::dialect::Dialect;
use crate::reference::Shape;
use crate::yaml::{Node, Resolved};

use super::fuzzy::nearest;
use super::kind::{Kind, kind, with_bool, with_scalar, with_text};

const TRUE: &[&str] = &["true", "on", "yes", "enabled", "required"];
const FALSE: &[&str] = &["false", "off", "no", "disabled", "not required"];

/// A cast value, and the word that was guessed, when one was.
pub(super) struct Cast {
    pub(super) node: Node,
    pub(super) guessed: Option<&'static str>,
}

/// Whether a type wants another kind of scalar than the value is, and [`cast`] may make it.
pub(super) fn casts(shape: &Shape, node: &Node) -> bool {
    matches!(
        (shape, kind(node)),
        (Shape::Str(_), Kind::Bool | Kind::Num)
            | (Shape::Num { .. } | Shape::Bool { .. }, Kind::Str)
    )
}

/// The value as a type wants it; unchanged where that makes no sense.
pub(super) fn cast(shape: &Shape, node: Node, dialect: Dialect) -> Cast {
    let done = |node| Cast {
        node,
        guessed: None,
    };
    match (shape, kind(&node)) {
        (Shape::Str(_), Kind::Bool | Kind::Num) => done(as_text(&node, dialect)),
        (Shape::Num { .. }, Kind::Str) => done(as_number(node)),
        (Shape::Bool { .. }, Kind::Str) => as_bool(node),
        _ => done(node),
    }
}

/// A number or boolean as text: as written (decision 2), or as the reference prints it.
pub(super) fn as_text(node: &Node, dialect: Dialect) -> Node {
    let Some(scalar) = node.as_scalar() else {
        return node.clone();
    };
    let text = match (dialect, scalar.resolved) {
        (Dialect::Reference, Resolved::Bool(value)) => value.to_string(),
        (Dialect::Reference, Resolved::Int(value)) => value.to_string(),
        _ => scalar.text.clone(),
    };
    with_text(node, text)
}

fn as_number(node: Node) -> Node {
    let text = node.as_text().unwrap_or_default();
    match text.parse::<i64>() {
        Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            with_scalar(&node, text.to_owned(), Resolved::Int(number))
        }
        _ => node,
    }
}

/// The boolean that a text stands for.
pub(super) fn truth(text: &str) -> Option<bool> {
    if TRUE.contains(&text) {
        Some(true)
    } else if FALSE.contains(&text) {
        Some(false)
    } else {
        None
    }
}

/// Whether a value, of whatever kind, is taken for true.
pub(super) fn stands_for_true(node: &Node) -> bool {
    match kind(node) {
        Kind::Str => as_bool(node.clone()).node,
        _ => node.clone(),
    }
    .as_scalar()
    .is_none_or(|scalar| !matches!(scalar.resolved, Resolved::Bool(false) | Resolved::Null))
}

fn as_bool(node: Node) -> Cast {
    let text = node.as_text().unwrap_or_default();
    if let Some(value) = truth(text) {
        return Cast {
            node: with_bool(&node, value),
            guessed: None,
        };
    }
    let letters: String = text
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    if let Some(value) = truth(&letters) {
        return Cast {
            node: with_bool(&node, value),
            guessed: None,
        };
    }
    let words: Vec<&str> = TRUE.iter().chain(FALSE).copied().collect();
    let guessed = words
        .iter()
        .position(|word| nearest(&words, &letters) == Some(word));
    let guessed = guessed.and_then(|at| TRUE.iter().chain(FALSE).nth(at).copied());
    match guessed.and_then(truth) {
        Some(value) => Cast {
            node: with_bool(&node, value),
            guessed,
        },
        None => Cast {
            node,
            guessed: None,
        },
    }
}
