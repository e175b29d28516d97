//! Renderers of messages.

use super::{Diagnostic, Level};
use crate::source::Source;
use std::fmt::Write as _;

/// How to render for a terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether to colour.
    pub color: bool,
}

/// For a terminal.
#[must_use]
pub fn terminal(diagnostics: &[Diagnostic], sources: &[Source], _options: Options) -> String {
    plain(diagnostics, sources)
}

/// One line each.
#[must_use]
pub fn plain(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let source = sources.get(usize::from(diagnostic.span.file.0));
        let place = source.map(|source| {
            let at = source.line_column(diagnostic.span.start);
            format!("{}:{}:{}", source.name, at.line, at.column)
        });
        let level = match diagnostic.level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Alert => "alert",
        };
        let place = place.unwrap_or_default();
        let (code, message) = (diagnostic.code, &diagnostic.message);
        let _ = writeln!(out, "{place}: {level}[{code}]: {message}");
    }
    out
}

/// As JSON.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    plain(diagnostics, sources)
}

/// As annotations.
#[must_use]
pub fn github(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    plain(diagnostics, sources)
}
