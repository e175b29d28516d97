//! Messages of the language on the terminal.

use super::Printer;
use schema::Sources;
use schema::diagnostic::{Diagnostic, Level, render};

/// Prints messages with carets; mere information stays unsaid.
pub(super) fn print(printer: &mut Printer, sources: &Sources, diagnostics: &[Diagnostic]) {
    let shown: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level > Level::Info || diagnostic.fatal)
        .cloned()
        .collect();
    if shown.is_empty() {
        return;
    }
    let text = render::terminal(
        &shown,
        &sources.all(),
        render::Options {
            color: true,
            width: super::width(),
        },
    );
    printer.note(text.trim_end());
}
