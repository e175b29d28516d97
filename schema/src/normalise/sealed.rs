//! `secure:` where the table takes it.

use crate::dialect::Dialect;
use crate::yaml::Node;

use super::Reading;
use super::kind::{Kind, is_given, kind};
use super::messages::Report;
use super::place::Place;

/// Checks a sealed value; one that seals nothing goes.
pub(super) fn check(node: Node, place: &Place<'_>, report: &mut Report, reading: Reading) -> Node {
    let Some(inner) = node.get("secure") else {
        return node;
    };
    if kind(inner) != Kind::Str || !is_given(inner) {
        report.empty_secure(place, &node);
        return Node::null(node.span);
    }
    let text = inner.as_text().unwrap_or_default();
    if reading.dialect == Dialect::Reference {
        if !crate::secure::is_strict_base64(text) {
            report.invalid_secure(place, &node);
        }
        return node;
    }
    crate::secure::check(inner, text, &place.path(), reading.compat)
        .into_iter()
        .for_each(|found| report.plain(found, place));
    node
}
