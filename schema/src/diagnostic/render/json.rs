//! Messages for programs: one JSON array.

use serde::Serialize;
use serde_json::{Map, Value};

use super::place::Place;
use super::redact::Redaction;
use crate::diagnostic::{Arg, Diagnostic};
use crate::source::{Source, Span};

#[derive(Serialize)]
struct Message<'d> {
    code: &'static str,
    level: &'static str,
    fatal: bool,
    key: String,
    message: String,
    #[serde(flatten)]
    place: Location<'d>,
    label: Option<String>,
    related: Vec<Related<'d>>,
    help: Option<String>,
    suggestion: Option<Suggestion<'d>>,
    args: Map<String, Value>,
}

#[derive(Serialize)]
struct Location<'d> {
    file: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    span: [u32; 2],
}

#[derive(Serialize)]
struct Related<'d> {
    #[serde(flatten)]
    place: Location<'d>,
    label: String,
}

#[derive(Serialize)]
struct Suggestion<'d> {
    #[serde(flatten)]
    place: Location<'d>,
    replacement: &'d str,
    safe: bool,
}

/// The messages as a JSON array of objects.
///
/// Lines and columns count from 1, columns in characters, and the end is exclusive; `span` is
/// the range of bytes. `label`, `help` and `suggestion` are null where there is none.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let redaction = Redaction::new(sources);
    let messages: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| message(diagnostic, sources, &redaction))
        .collect();
    // Text, numbers and lists of them always have a JSON form.
    let mut text = serde_json::to_string_pretty(&messages).unwrap_or_default();
    text.push('\n');
    text
}

fn message<'d>(
    diagnostic: &'d Diagnostic,
    sources: &'d [Source],
    redaction: &Redaction,
) -> Message<'d> {
    let words = |text: &String| redaction.words(text).into_owned();
    let related = diagnostic.related.iter().map(|related| Related {
        place: location(related.span, sources),
        label: words(&related.label),
    });
    // Text that is not shown in full cannot be put in place of other text.
    let suggestion = diagnostic.suggestion.as_ref();
    let suggestion = suggestion.filter(|it| redaction.is_open(&it.replacement));
    Message {
        code: diagnostic.code,
        level: diagnostic.level.as_str(),
        fatal: diagnostic.fatal,
        key: words(&diagnostic.key),
        message: words(&diagnostic.message),
        place: location(diagnostic.span, sources),
        label: diagnostic.label.as_ref().map(words),
        related: related.collect(),
        help: diagnostic.help.as_ref().map(words),
        suggestion: suggestion.map(|suggestion| Suggestion {
            place: location(suggestion.span, sources),
            replacement: &suggestion.replacement,
            safe: suggestion.safe,
        }),
        args: diagnostic
            .args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), argument(value, redaction)))
            .collect(),
    }
}

fn location(span: Span, sources: &[Source]) -> Location<'_> {
    let place = Place::new(span, sources);
    Location {
        file: place.file(),
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        span: [span.start, span.end],
    }
}

fn argument(value: &Arg, redaction: &Redaction) -> Value {
    match value {
        Arg::Str(text) => redaction.words(text).into_owned().into(),
        Arg::Int(number) => (*number).into(),
        Arg::Bool(value) => (*value).into(),
        Arg::Null => Value::Null,
        Arg::List(items) => items.iter().map(|item| argument(item, redaction)).collect(),
        Arg::Map(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), argument(value, redaction)))
            .collect::<Map<_, _>>()
            .into(),
    }
}
