//! `env:` of a job.

use crate::normalise::{Kind, SHELL, kind};
use crate::plan::{EnvValue, EnvVar};
use crate::secure::{Form, form};
use crate::yaml::{Entry, Node};

use super::secrets::Paths;

/// The variables of a job in order, from its list in normal form.
#[must_use]
pub fn from_node(node: &Node, paths: &Paths) -> Vec<EnvVar> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items.iter().flat_map(|item| of_item(item, paths)).collect()
}

fn of_item(item: &Node, paths: &Paths) -> Vec<EnvVar> {
    if kind(item) == Kind::Secure {
        return sealed(None, item, paths).into_iter().collect();
    }
    let Some(map) = item.as_map() else {
        return Vec::new();
    };
    map.entries
        .iter()
        .filter_map(|entry| variable(entry, paths))
        .collect()
}

fn variable(entry: &Entry, paths: &Paths) -> Option<EnvVar> {
    let Entry { key, value } = entry;
    if kind(value) == Kind::Secure {
        return sealed(Some(key.text.clone()), value, paths);
    }
    let text = value.as_scalar()?.text.clone();
    let text = if value.is_null() { String::new() } else { text };
    let value_of = if value.tag.as_deref() == Some(SHELL) {
        EnvValue::Shell
    } else {
        EnvValue::Literal
    };
    Some(EnvVar::Plain {
        name: key.text.clone(),
        value: value_of(text),
        span: value.span,
    })
}

fn sealed(name: Option<String>, node: &Node, paths: &Paths) -> Option<EnvVar> {
    let inner = node.get("secure")?;
    // What is not ours cannot be opened: the variable stays unset (decision 33).
    if !matches!(form(inner.as_text()?), Form::Sec1 { .. }) {
        return None;
    }
    let path = paths.get(inner.span).unwrap_or("env.secure").to_owned();
    let sealed = inner.as_text()?.trim().to_owned();
    Some(EnvVar::Secure {
        name,
        sealed,
        path,
        span: inner.span,
    })
}
