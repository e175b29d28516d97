//! `secure:` where the table takes it.

use crate::dialect::Dialect;
use crate::yaml::Node;

use super::Reading;
use super::kind::{Kind, kind};
use super::messages::Report;
use super::place::Place;

/// Whether a value is sealed by its form, and seals nothing.
pub(super) fn is_empty(node: &Node) -> bool {
    kind(node) == Kind::Secure
        && node
            .get("secure")
            .is_none_or(|inner| kind(inner) != Kind::Str)
}

/// Checks a sealed value as the reference does; by our rules [`crate::secure::check`] does it.
pub(super) fn check(node: &Node, place: &Place<'_>, report: &mut Report<'_>, reading: Reading) {
    let text = node
        .get("secure")
        .and_then(Node::as_text)
        .unwrap_or_default();
    if reading.dialect == Dialect::Reference && !crate::secure::is_base64(text) {
        report.invalid_secure(place, node);
    }
}
