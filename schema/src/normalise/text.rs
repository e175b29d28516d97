//! Texts with a form of their own: conditions, versions, templates.

use crate::condition::{Expr, ExprKind};
use crate::dialect::Dialect;
use crate::reference::{Format, StrType};
use crate::regex::Patterns;
use crate::yaml::{Node, part_of};
use crate::{cache_key, glob};

use super::kind::{Kind, kind};
use super::messages::{ConditionError, Report};
use super::place::Place;

/// How the conditions of a config are read.
pub(super) struct Conditions<'a> {
    /// Whether they are of the first version, in which a value alone is no condition.
    pub(super) old: bool,
    /// Of words that are nearly attributes only ours speaks.
    pub(super) dialect: Dialect,
    /// Their patterns.
    pub(super) patterns: &'a Patterns,
    /// Whether it was told that these cost too much together; it is told once.
    pub(super) exhausted: &'a mut bool,
}

/// `if:` – that it can be read, and that its patterns can be used.
pub(super) fn condition(
    node: &Node,
    place: &Place<'_>,
    report: &mut Report<'_>,
    Conditions {
        old,
        dialect,
        patterns,
        exhausted,
    }: Conditions<'_>,
) {
    let text = node.as_text().unwrap_or_default();
    let found = match crate::condition::parse(text) {
        Ok(Expr {
            kind: ExprKind::Value(_),
            span,
        }) if old => ConditionError {
            why: "with `conditions: v0` a value alone is no condition".to_owned(),
            help: Some("compare it with something, or remove `conditions: v0`".into()),
            span: part_of(node, span.start as usize..span.end as usize),
        },
        Ok(expr) => match expr.check(patterns) {
            Ok(()) if dialect == Dialect::Ours => {
                for found in expr.misspelt(text) {
                    let range = found.span.start as usize..found.span.end as usize;
                    report.misspelt_attribute(place, &found, part_of(node, range));
                }
                return;
            }
            Ok(()) => return,
            Err(error) if error.is_exhausted() && std::mem::replace(exhausted, true) => return,
            Err(error) => ConditionError {
                why: error.to_string(),
                help: None,
                span: part_of(node, error.span.start as usize..error.span.end as usize),
            },
        },
        Err(error) => ConditionError {
            span: part_of(node, error.offset..error.offset),
            why: error.message,
            help: error.help,
        },
    };
    report.invalid_condition(place, node, found);
}

/// The form that a text must have.
pub(super) fn format(ty: &StrType, node: &Node, place: &Place<'_>, report: &mut Report<'_>) {
    const VERSION: &str = r"^(~>|>|>=|=|<=|<) (\d+(?:\.\d+)?(?:\.\d+)?)$";
    let text = node.as_text().unwrap_or_default();
    match ty.format {
        Some(Format::Version) if !text.is_empty() && !is_version(text) => {
            report.invalid_format(place, node, VERSION);
        }
        Some(Format::Version) | None => {}
        // Nothing at all was told of before, or goes away.
        Some(_) if kind(node) != Kind::Str => {}
        Some(Format::Glob) => {
            if let Err((error, range)) = glob::check(text) {
                let why = format!("This fits no path: {error}");
                report.malformed(place, (node, range), "invalid_path", why, error.help());
            }
        }
        Some(Format::CacheKey) => {
            if let Err(error) = cache_key::parse(text) {
                let why = format!("This key cannot be read: {error}");
                let at = (node, error.range);
                report.malformed(place, at, "invalid_cache_key", why, error.help);
            }
        }
        Some(Format::ServiceName) if !is_service_name(text) => {
            let why = format!("`{text}` is no name of a service");
            let help =
                "write small letters, digits, `-` and `_`, a letter or digit first, 63 at most";
            report.malformed(place, (node, 0..text.len()), "invalid_name", why, help);
        }
        Some(Format::Image) if !is_image(text) => {
            let why = format!("`{text}` is no name of an image");
            let help = "write it as Docker does: `postgres:16`, `registry.example.com/acme/db:1`";
            report.malformed(place, (node, 0..text.len()), "invalid_image", why, help);
        }
        Some(Format::ServiceName | Format::Image) => {}
    }
}

fn is_service_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(|first| letter(*first))
        && bytes
            .iter()
            .all(|byte| letter(*byte) || matches!(byte, b'-' | b'_'))
}

/// Only a look at its signs: the engine knows the rest.
fn is_image(text: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphanumeric())
        && bytes.all(sign)
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
pub(super) fn template(ty: &StrType, node: &Node, place: &Place<'_>, report: &mut Report<'_>) {
    let Some(vars) = ty.vars else {
        return;
    };
    let text = node.as_text().unwrap_or_default();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("%{")) {
        let start = at + open + 2;
        let Some(length) = text.get(start..).and_then(|rest| rest.find('}')) else {
            return;
        };
        let var = text.get(start..start + length).unwrap_or_default();
        if !var.is_empty() && !vars.contains(&var) {
            let span = part_of(node, start..start + length);
            report.unknown_var(place, span, var, vars);
        }
        at = start + length + 1;
    }
}
