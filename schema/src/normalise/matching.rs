//! Whether a value fits a type, and which alternatives of a type a value is tried with.

use std::sync::Arc;

use crate::reference::{Detect, Shape, Type};
use crate::yaml::{Node, Value};

use super::fuzzy::nearest;
use super::kind::{Kind, kind};

/// Whether a value fits a type as it is.
pub(super) fn fits(ty: &Type, node: &Node) -> bool {
    let kind = kind(node);
    if let Shape::Any { of, .. } = &ty.shape {
        return of.iter().any(|ty| fits(ty, node));
    }
    if kind == Kind::None {
        return true;
    }
    match (&ty.shape, &node.value) {
        (Shape::Seq { of, .. }, Value::Seq(items)) => items.iter().all(|item| fits(of, item)),
        (Shape::Map(ty), Value::Map(map)) if kind == Kind::Map => {
            map.entries
                .iter()
                .all(|entry| match ty.key(&entry.key.text) {
                    Some(key) => fits(&key.ty, &entry.value),
                    None => is_private(&entry.key.text) || ty.takes(&entry.key.text),
                })
        }
        (Shape::Str(_), _) => kind == Kind::Str,
        (Shape::Bool { .. }, _) => kind == Kind::Bool,
        (Shape::Num { .. }, _) => kind == Kind::Num,
        // An open map takes a sealed value as a whole; variables take one that seals nothing.
        (Shape::Map(ty), _) if kind == Kind::Secure => {
            !ty.strict && (ty.custom.is_none() || super::sealed::is_empty(node))
        }
        (Shape::Secure { .. }, _) => {
            kind == Kind::Str || (kind == Kind::Secure && !super::sealed::is_empty(node))
        }
        _ => false,
    }
}

/// Whether a key is the config's own business: `_name` and `.name`.
pub(super) fn is_private(key: &str) -> bool {
    key.starts_with(['_', '.'])
}

/// The alternatives that a value is tried with, and whether it was told by its provider.
pub(super) fn alternatives<'t>(ty: &'t Type, node: &Node) -> (Vec<&'t Arc<Type>>, bool) {
    let Shape::Any { of, detect } = &ty.shape else {
        return (Vec::new(), false);
    };
    if let Some(detect) = detect
        && let Some(found) = detected(of, detect, node)
    {
        return (vec![found], true);
    }
    let normal: Vec<_> = of.iter().filter(|ty| ty.normal).collect();
    if normal.is_empty() {
        (of.iter().collect(), false)
    } else {
        (normal, false)
    }
}

fn detected<'t>(of: &'t [Arc<Type>], by: &Detect, node: &Node) -> Option<&'t Arc<Type>> {
    let named = match kind(node) {
        Kind::Map => node.get(by.key)?.as_text()?,
        Kind::Str => node.as_text()?,
        _ => return None,
    };
    let pairs = || of.iter().zip(&by.words);
    let exact = pairs().find(|(_, word)| **word == Some(named));
    let meant = |word: &str| nearest(&[word], named).is_some();
    let found = exact.or_else(|| pairs().find(|(_, word)| word.is_some_and(meant)));
    found.map(|(ty, _)| ty)
}
