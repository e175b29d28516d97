//! One line a message: `file:line:column: error[code]: message`.

use std::fmt::Write;

use super::place::Place;
use super::redact::Redaction;
use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// The messages, one a line, as editors and `grep` like them.
#[must_use]
pub fn plain(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let redaction = Redaction::new(sources);
    let mut text = String::new();
    for diagnostic in diagnostics {
        let place = Place::new(diagnostic.span, sources);
        let message = redaction.words(&diagnostic.message).replace('\n', " ");
        let _ = writeln!(
            text,
            "{}:{}: {}[{}]: {message}",
            redaction.words(place.file()),
            place.start,
            diagnostic.level.as_str(),
            diagnostic.code,
        );
    }
    text
}
