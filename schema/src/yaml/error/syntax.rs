//! A parser's error in words for people, with the likely mistake and its cure.

use saphyr_parser::ScanError;

use super::fatal;
use super::place::Place;
use crate::diagnostic::{Diagnostic, Suggestion};
use crate::yaml::limits;
use crate::yaml::text::Text;

/// What is wrong, where, and what to do.
struct Finding {
    message: String,
    span: crate::source::Span,
    label: &'static str,
    help: &'static str,
    replacement: Option<String>,
}

pub(in crate::yaml) fn syntax(text: &Text<'_>, error: &ScanError) -> Diagnostic {
    let place = Place::new(text, error.marker().index());
    if error.info() == "recursion limit exceeded" {
        return limits::too_deep(place.point());
    }
    let finding = tab(&place, error.info())
        .or_else(|| quotes(&place, error.info()))
        .or_else(|| brackets(&place, error.info()))
        .or_else(|| keys(&place, error.info()))
        .unwrap_or_else(|| other(&place, error.info()));
    let mut diagnostic = fatal(
        "invalid_yaml",
        "root".to_owned(),
        finding.message,
        finding.span,
    )
    .with_label(finding.label)
    .with_help(finding.help);
    if let Some(replacement) = finding.replacement {
        diagnostic = diagnostic.with_suggestion(Suggestion {
            span: finding.span,
            replacement,
            safe: false,
        });
    }
    diagnostic
}

fn tab(place: &Place<'_, '_>, info: &str) -> Option<Finding> {
    let span = place.leading_tab().filter(|_| info.contains("tab"))?;
    Some(Finding {
        message: "A tab indents this line".to_owned(),
        span,
        label: "YAML takes only spaces here",
        help: "indent with spaces",
        replacement: Some("  ".repeat(place.written(span).len())),
    })
}

fn quotes(place: &Place<'_, '_>, info: &str) -> Option<Finding> {
    if info.starts_with("while scanning a quoted scalar")
        || info == "invalid indentation in quoted scalar"
    {
        return Some(Finding {
            message: format!("The quote `{}` is never closed", place.found()),
            span: place.point(),
            label: "opened here",
            help: "write the closing quote; a quote that is part of a text needs quotes of the \
                   other kind around it",
            replacement: None,
        });
    }
    if info.starts_with("invalid trailing content") {
        return Some(Finding {
            message: "Text follows a closing quote".to_owned(),
            span: place.rest_of_line(),
            label: "the value has ended before this",
            help: "put the whole value into quotes; inside of single quotes write `''` for `'`, \
                   inside of double quotes `\\\"` for `\"`",
            replacement: None,
        });
    }
    if info.starts_with("while parsing a quoted scalar") {
        let (span, escape) = place.bad_escape()?;
        return Some(Finding {
            message: format!("`{escape}` is no escape of double quotes"),
            span,
            label: "not known",
            help: "write `\\\\` for a backslash, or put the text into single quotes",
            replacement: None,
        });
    }
    if info.starts_with("unexpected character") {
        let span = place.rest_of_line();
        let value = place.written(span).replace('\'', "''");
        return Some(Finding {
            message: match place.found() {
                "`" => "A value cannot start with a backtick".to_owned(),
                found => format!("A value cannot start with `{found}`"),
            },
            span,
            label: "needs quotes",
            help: "put the value into quotes",
            replacement: Some(format!("'{value}'")),
        });
    }
    None
}

fn brackets(place: &Place<'_, '_>, info: &str) -> Option<Finding> {
    let missing = |message: &str| Finding {
        message: message.to_owned(),
        span: place.point(),
        label: "expected before this",
        help: "check that each `[` and `{` is closed and that commas stand between the items; a \
               text that starts with one of them needs quotes",
        replacement: None,
    };
    if info.contains("flow sequence, expected") {
        return Some(missing("A `,` or a `]` is missing"));
    }
    if info.contains("flow mapping, did not find") {
        return Some(missing("A `,` or a `}` is missing"));
    }
    if info == "illegal placement of ':' indicator" {
        return Some(missing("A `]` is missing above this key"));
    }
    if info == "misplaced bracket" {
        return Some(Finding {
            message: format!("This `{}` closes nothing", place.found()),
            span: place.point(),
            label: "nothing is open here",
            help: "remove it, or put a text that starts with it into quotes",
            replacement: None,
        });
    }
    None
}

fn keys(place: &Place<'_, '_>, info: &str) -> Option<Finding> {
    let no_key = |span| Finding {
        message: "This line is neither a key nor a list item".to_owned(),
        span,
        label: "a `: ` is missing",
        help: "write `key: value` with a blank after the colon, start list items with `- `, or \
               indent the line if it belongs to the value above",
        replacement: None,
    };
    if info.starts_with("simple key expect") {
        return Some(no_key(place.last_text_line()));
    }
    if info == "mapping values are not allowed in this context" {
        if let Some(span) = place.value_before_colon() {
            let value = place.written(span).replace('\'', "''");
            return Some(Finding {
                message: "A `: ` inside of a value".to_owned(),
                span,
                label: "this would be a key inside of a value",
                help: "put the value into quotes",
                replacement: Some(format!("'{value}'")),
            });
        }
        if let Some(span) = place.line_above_without_key() {
            return Some(no_key(span));
        }
        return Some(Finding {
            message: "A key cannot stand here".to_owned(),
            span: place.line(),
            label: "indented deeper than the keys it belongs to",
            help: "give it the indentation of the key above; only a key without a value of its \
                   own can hold others",
            replacement: None,
        });
    }
    if info.ends_with("did not find expected key") || info.contains("expected '-' indicator") {
        return Some(Finding {
            message: "The indentation of this line fits nothing above".to_owned(),
            span: place.line(),
            label: "indented unlike the lines it belongs to",
            help: "keys of one map, and items of one list, start in the same column",
            replacement: None,
        });
    }
    if info.starts_with("block sequence entries are not allowed") {
        return Some(Finding {
            message: "A list item cannot start here".to_owned(),
            span: place.point(),
            label: "this `-` does not start its line, or is indented too deep",
            help: "write each `- ` on a line of its own below the key; a text that starts with \
                   `- ` needs quotes",
            replacement: None,
        });
    }
    None
}

/// A rare error, in the parser's words.
fn other(place: &Place<'_, '_>, info: &str) -> Finding {
    let words = info.rsplit_once(", ").map_or(info, |(_, words)| words);
    let mut letters = words.chars();
    let message = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    });
    Finding {
        message,
        span: place.point(),
        label: "here the file stops being YAML",
        help: "if this is part of a text, put the whole text into quotes",
        replacement: None,
    }
}
