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

/// Says that the config stops the build, and how many of the messages above are why.
pub(super) fn refused(printer: &mut Printer, name: &str, diagnostics: &[Diagnostic]) {
    let fatal = diagnostics.iter().filter(|diagnostic| diagnostic.fatal);
    let why = match fatal.count() {
        0 => format!("{name} cannot be built"),
        1 => format!("{name} has a mistake that stops the build"),
        count => format!("{name} has {count} mistakes that stop the build"),
    };
    printer.note(format!("Nothing runs: {why}."));
}
