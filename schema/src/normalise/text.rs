//! Texts with a form of their own: conditions, versions, templates.

use crate::reference::{Format, StrType};
use crate::yaml::Node;

use super::Reading;
use super::messages::Report;
use super::place::Place;

/// `if:`
pub(super) fn condition(_node: &Node, _place: &Place<'_>, _report: &mut Report, _reading: Reading) {
}

/// The form that a text must have.
pub(super) fn format(ty: &StrType, node: &Node, place: &Place<'_>, report: &mut Report) {
    const VERSION: &str = r"^(~>|>|>=|=|<=|<) (\d+(?:\.\d+)?(?:\.\d+)?)$";
    let text = node.as_text().unwrap_or_default();
    match ty.format {
        Some(Format::Version) if !text.is_empty() && !is_version(text) => {
            report.invalid_format(place, node, VERSION);
        }
        _ => {}
    }
}

fn is_version(text: &str) -> bool {
    let Some((operator, version)) = text.split_once(' ') else {
        return false;
    };
    let numbers: Vec<&str> = version.split('.').collect();
    ["~>", ">", ">=", "=", "<=", "<"].contains(&operator)
        && (1..=3).contains(&numbers.len())
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The variables that a template may name.
pub(super) fn template(ty: &StrType, node: &Node, place: &Place<'_>, report: &mut Report) {
    let Some(vars) = ty.vars else {
        return;
    };
    let mut rest = node.as_text().unwrap_or_default();
    while let Some((_, after)) = rest.split_once("%{") {
        let Some((var, after)) = after.split_once('}') else {
            return;
        };
        if !var.is_empty() && !vars.contains(&var) {
            report.unknown_var(place, node, var);
        }
        rest = after;
    }
}
