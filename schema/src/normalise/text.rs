//! Texts with a form of their own: conditions, versions, templates.

use crate::reference::{Format, StrType};
use crate::yaml::Node;

use super::messages::{ConditionError, Report};
use super::place::{Place, within};

/// `if:`
pub(super) fn condition(node: &Node, place: &Place<'_>, report: &mut Report) {
    let text = node.as_text().unwrap_or_default();
    let found = match crate::condition::parse(text) {
        Ok(expr) => expr.check().err().map(|error| ConditionError {
            why: error.to_string(),
            help: None,
            span: within(node, error.span.start as usize, error.span.end as usize),
        }),
        Err(error) => Some(ConditionError {
            span: within(node, error.offset, error.offset),
            why: error.message,
            help: error.help,
        }),
    };
    if let Some(found) = found {
        report.invalid_condition(place, node, found);
    }
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
