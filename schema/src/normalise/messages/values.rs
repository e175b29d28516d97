//! About values.

use std::ops::Range;

use crate::diagnostic::{Arg, Diagnostic, Level};
use crate::normalise::kind::{Kind, kind};
use crate::normalise::place::Place;
use crate::reference::Idle;
use crate::source::Span;
use crate::yaml::{Node, part_of};

use super::{NOT_YET, Report, guess, replace, serialised};

impl Report<'_> {
    pub(in crate::normalise) fn unexpected_seq(
        &mut self,
        place: &Place<'_>,
        list: &Node,
        first: &Node,
    ) {
        let text = "A list where one value is expected; only its first item counts";
        let found = Diagnostic::new(
            Level::Warning,
            "unexpected_seq",
            place.path(),
            text,
            list.span,
        )
        .with_arg("value", serialised(first));
        self.value(found, place);
    }

    pub(in crate::normalise) fn downcase(&mut self, place: &Place<'_>, node: &Node) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is read in lower case");
        let found = Diagnostic::new(Level::Info, "downcase", place.path(), text, node.span)
            .with_arg("value", value);
        self.value(replace(found, &value.to_lowercase()), place);
    }

    pub(in crate::normalise) fn alias_value(&mut self, place: &Place<'_>, node: &Node, to: &str) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is another name of `{to}`");
        let found = Diagnostic::new(Level::Info, "alias_value", place.path(), text, node.span)
            .with_arg("alias", value)
            .with_arg("value", to);
        self.value(replace(found, to), place);
    }

    pub(in crate::normalise) fn found_value(
        &mut self,
        level: Level,
        code: &'static str,
        place: &Place<'_>,
        node: &Node,
        to: &str,
    ) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("Unknown value `{value}`, read as `{to}`");
        let found = Diagnostic::new(level, code, place.path(), text, node.span)
            .with_arg("original", value)
            .with_arg("value", to)
            .with_label(format!("did you mean `{to}`?"));
        self.value(replace(found, to), place);
    }

    pub(in crate::normalise) fn unknown_value(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        near: Option<&str>,
        words: &[&str],
    ) {
        let value = node
            .as_scalar()
            .map(|scalar| scalar.text.as_str())
            .unwrap_or_default();
        let text = format!("Unknown value `{value}`");
        let mut found =
            Diagnostic::new(Level::Error, "unknown_value", place.path(), text, node.span)
                .with_arg("value", serialised(node));
        if let Some(near) = near {
            found = guess(found.with_label(format!("did you mean `{near}`?")), near);
        } else if words.len() > 1 {
            found = found.with_help(format!("write one of {}", named(words)));
        }
        self.value(found, place);
    }

    pub(in crate::normalise) fn deprecated_value(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        info: &str,
    ) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is deprecated: {info}");
        let found = Diagnostic::new(
            Level::Warning,
            "deprecated_value",
            place.path(),
            text,
            node.span,
        )
        .with_arg("value", value)
        .with_arg("info", info);
        self.value(found, place);
    }

    pub(in crate::normalise) fn edge(&mut self, place: &Place<'_>, node: &Node) {
        let text = "This key is an experiment and may change";
        let found = Diagnostic::new(Level::Info, "edge", place.path(), text, node.span);
        self.value(found, place);
    }

    pub(in crate::normalise) fn invalid_type(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        expected: Kind,
    ) {
        let actual = kind(node);
        let text = format!(
            "{} is expected here, not {}",
            article(expected),
            article(actual).to_lowercase()
        );
        let path = match actual {
            Kind::Secure => format!("{}.secure", place.path()),
            _ => place.path(),
        };
        let found = Diagnostic::new(Level::Error, "invalid_type", path, text, node.span)
            .with_arg("expected", expected.name())
            .with_arg("actual", actual.name())
            .with_arg("value", serialised(node))
            .with_help(example(expected));
        self.value(found, place);
    }

    pub(in crate::normalise) fn invalid_format(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        format: &str,
    ) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` has not the right form");
        let found = Diagnostic::new(
            Level::Error,
            "invalid_format",
            place.path(),
            text,
            node.span,
        )
        .with_arg("format", format)
        .with_arg("value", value)
        .with_help("write an operator, a blank and a version, for example `>= 1.2`");
        self.value(found, place);
    }

    pub(in crate::normalise) fn out_of_range(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        (least, most): (i64, i64),
    ) {
        let value = serialised(node);
        let written = node.as_scalar().map(|scalar| scalar.text.as_str());
        let text = format!(
            "`{}` is not from {least} to {most}",
            written.unwrap_or_default()
        );
        let found = Diagnostic::new(Level::Error, "out_of_range", place.path(), text, node.span)
            .with_arg("value", value)
            .with_help(format!("write a number from {least} to {most}"));
        self.value(found, place);
    }

    /// A text of a form of its own that it has not.
    pub(in crate::normalise) fn malformed(
        &mut self,
        place: &Place<'_>,
        (node, part): (&Node, Range<usize>),
        code: &'static str,
        why: String,
        help: &str,
    ) {
        let span = part_of(node, part);
        let found = Diagnostic::new(Level::Error, code, place.path(), why, span)
            .with_arg("value", serialised(node))
            .with_help(help);
        self.part(found, place);
    }

    /// What is read and checked, and comes to nothing.
    pub(in crate::normalise) fn idle(
        &mut self,
        place: &Place<'_>,
        span: Span,
        text: &str,
        idle: &Idle,
    ) {
        let level = match idle.added {
            true => Level::Warning,
            false => Level::Info,
        };
        let text = sentence(text);
        let found = Diagnostic::new(level, NOT_YET, place.path(), text, span);
        self.part(found.with_help(idle.instead), place);
    }

    pub(in crate::normalise) fn unknown_var(
        &mut self,
        place: &Place<'_>,
        span: Span,
        var: &str,
        known: &[&str],
    ) {
        let text = format!("Templates have no variable `{var}`");
        let found = Diagnostic::new(Level::Warning, "unknown_var", place.path(), text, span)
            .with_arg("var", var)
            .with_help(format!("write one of {}", named(known)));
        self.part(found, place);
    }

    pub(in crate::normalise) fn duplicate(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        values: String,
    ) {
        let text = format!("The same is given twice: {values}");
        let found = Diagnostic::new(Level::Info, "duplicate", place.path(), text, node.span)
            .with_arg("values", values)
            .with_help("give each a name of its own");
        self.value(found, place);
    }

    pub(in crate::normalise) fn duplicate_machine(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        names: Vec<Arg>,
    ) {
        let text = "A machine of this name is created already";
        let found = Diagnostic::new(Level::Error, "duplicate", place.path(), text, node.span)
            .with_arg("values", Arg::List(names));
        self.value(found, place);
    }
}

/// With a large letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "Nothing",
        Kind::Bool => "A boolean",
        Kind::Num => "A number",
        Kind::Str => "A text",
        Kind::Seq => "A list",
        Kind::Map => "A map",
        Kind::Secure => "A sealed value",
    }
}

/// How a value of a kind is written.
fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "leave the value out",
        Kind::Bool => "write `true` or `false`",
        Kind::Num => "write digits only",
        Kind::Str => "write one text; in quotes, if it has signs of YAML in it",
        Kind::Seq => "write items in brackets, `[a, b]`, or one a line after `- `",
        Kind::Map => "write keys with their values below it: `key: value`",
        Kind::Secure => "seal the value with `agent encrypt`, and write `secure: …` below it",
    }
}

/// Words in a row; of many the first.
fn named(words: &[&str]) -> String {
    const NAMED: usize = 12;
    let named = words.iter().take(NAMED).map(|word| format!("`{word}`"));
    let mut named = named.collect::<Vec<_>>().join(", ");
    if words.len() > NAMED {
        named.push_str(" …");
    }
    named
}
