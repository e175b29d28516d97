//! Workflow commands of GitHub Actions, which it shows beside the lines of a diff.

use std::fmt::Write;

use super::place::Place;
use super::redact::Redaction;
use crate::diagnostic::{Diagnostic, Level};
use crate::source::Source;

/// The messages as annotations, one a line.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let redaction = Redaction::new(sources);
    let mut text = String::new();
    for diagnostic in diagnostics {
        let place = Place::new(diagnostic.span, sources);
        let command = match diagnostic.level {
            Level::Info => "notice",
            Level::Warning => "warning",
            Level::Error | Level::Alert => "error",
        };
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str("\nhelp: ");
            message.push_str(help);
        }
        let _ = writeln!(
            text,
            "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            property(&redaction.words(place.file())),
            place.start.line,
            place.start.column,
            place.end.line,
            place.end.column,
            property(diagnostic.code),
            data(&redaction.words(&message)),
        );
    }
    text
}

/// A message with what would end or change the command encoded.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value: the separators of properties are encoded, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
