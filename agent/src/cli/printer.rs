//! The one owner of stdout and stderr: data goes to stdout, talk to stderr.

use crate::error::UserError;
use anstyle::{AnsiColor, Style};
use std::io::Write;

/// Writes for people and for pipes; colour only where the stream takes it (`NO_COLOR` is heeded).
pub struct Printer {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
}

impl Printer {
    /// The process's own streams.
    #[must_use]
    pub fn stdio() -> Self {
        Self {
            out: Box::new(anstream::stdout()),
            err: Box::new(anstream::stderr()),
        }
    }

    /// Streams of the caller's choice, for tests.
    #[must_use]
    pub fn to(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self { out, err }
    }

    /// A line of data. A reader that went away is no error.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.out, "{}", text.as_ref());
        let _ = self.out.flush();
    }

    /// Data as it is, without a line end.
    pub fn data(&mut self, bytes: &[u8]) {
        let _ = self.out.write_all(bytes);
        let _ = self.out.flush();
    }

    /// A line of talk.
    pub fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", text.as_ref());
    }

    /// A question, after which the cursor stays in the line.
    pub fn ask(&mut self, text: impl AsRef<str>) {
        let _ = write!(self.err, "{}", text.as_ref());
        let _ = self.err.flush();
    }

    /// A warning.
    pub fn warn(&mut self, text: impl AsRef<str>) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        let _ = writeln!(self.err, "{style}warning{style:#}: {}", text.as_ref());
    }

    /// An error with its hint.
    pub fn error(&mut self, error: &UserError) {
        let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let _ = writeln!(self.err, "{red}error{red:#}: {}", error.message);
        if let Some(hint) = &error.hint {
            self.hint(hint);
        }
    }

    /// Advice on a line of its own.
    pub fn hint(&mut self, text: impl AsRef<str>) {
        let cyan = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
        let _ = writeln!(self.err, "{cyan}hint{cyan:#}: {}", text.as_ref());
    }
}
