//! What the agent says of its own work: one line a thing, on stderr.
//!
//! Under systemd a line begins with its severity as journald reads it, and the journal adds time and
//! name. On a terminal it has the time and colours. Elsewhere it is plain: whoever collects it adds
//! what is needed.

use anstyle::{AnsiColor, Style};
use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use std::os::unix::fs::MetadataExt as _;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::error::{Exit, UserError};

/// How a line is dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    /// With the time, and with colours where they are wanted.
    Terminal {
        /// Whether colours are wanted.
        colour: bool,
    },
    /// With the severity as `<6>`.
    Journal,
    /// Only with a word for what is wrong.
    Plain,
}

/// How much is said where `AGENT_LOG` says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// What an operator of the daemon wants to see: what came, what became of it.
    Operator,
    /// What is wrong or may become so.
    Trouble,
    /// What is broken. The commands that people type speak for themselves.
    Errors,
}

impl Talk {
    /// The filter of this much talk.
    #[must_use]
    pub fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Self::Operator => "warn,agent=info",
            Self::Trouble => "warn",
            Self::Errors => "error",
        })
    }
}

/// Sets up what this process says; `AGENT_LOG` comes before the `talk` of the command.
///
/// # Errors
/// `AGENT_LOG` is no filter.
pub(super) fn start(talk: Talk) -> Result<(), UserError> {
    let filter = match std::env::var("AGENT_LOG") {
        Ok(text) if !text.trim().is_empty() => {
            EnvFilter::try_new(text.trim()).map_err(|error| {
                UserError::new(Exit::Usage, format!("AGENT_LOG: {error}"))
                    .hint("write e.g. debug, or agent::github=debug,info")
            })?
        }
        _ => talk.filter(),
    };
    let _ = tracing::subscriber::set_global_default(subscriber(filter, dress(), std::io::stderr));
    Ok(())
}

/// What writes lines that pass the filter.
pub fn subscriber<W>(
    filter: EnvFilter,
    dress: Dress,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .event_format(Lines(dress))
        .with_writer(writer)
        .finish()
}

/// How lines on this process's stderr are dressed.
fn dress() -> Dress {
    if is_journal() {
        return Dress::Journal;
    }
    if !std::io::stderr().is_terminal() {
        return Dress::Plain;
    }
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Dress::Terminal { colour: !no_colour }
}

/// Whether stderr is the socket that systemd made for the journal: a child that writes elsewhere
/// inherits the variable, too.
fn is_journal() -> bool {
    let named = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    let Some((device, inode)) = named.split_once(':') else {
        return false;
    };
    let Ok(meta) = std::fs::metadata("/proc/self/fd/2") else {
        return false;
    };
    device.parse() == Ok(meta.dev()) && inode.parse() == Ok(meta.ino())
}

/// One line an event: its words, then its fields.
struct Lines(Dress);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (level, target) = (*event.metadata().level(), event.metadata().target());
        let mut words = Words::default();
        event.record(&mut words);
        write!(writer, "{}", Head(self.0, level))?;
        if level > LevelFilter::INFO {
            write!(writer, "{target}: ")?;
        }
        writeln!(writer, "{}{}", words.message, words.fields)
    }
}

/// What stands before a line.
struct Head(Dress, Level);

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(dress, level) = *self;
        let (severity, word, colour) = match level {
            Level::ERROR => (3, "error: ", AnsiColor::Red),
            Level::WARN => (4, "warning: ", AnsiColor::Yellow),
            Level::INFO => (6, "", AnsiColor::White),
            Level::DEBUG => (7, "debug: ", AnsiColor::Blue),
            Level::TRACE => (7, "trace: ", AnsiColor::Blue),
        };
        match dress {
            Dress::Journal => write!(f, "<{severity}>"),
            Dress::Plain => f.write_str(word),
            Dress::Terminal { colour: wanted } => {
                let now = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
                let style = if wanted && !word.is_empty() {
                    Style::new().bold().fg_color(Some(colour.into()))
                } else {
                    Style::new()
                };
                write!(f, "{now} {style}{word}{style:#}")
            }
        }
    }
}

/// An event's words. What comes from outside may hold line breaks and worse; neither may begin a
/// line of its own nor reach a terminal.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn note(&mut self, field: &Field, text: &str) {
        let clean = clean(text);
        if field.name() == "message" {
            self.message = clean;
        } else if clean.is_empty() || clean.contains([' ', '"', '=']) {
            // Writing into a string cannot fail.
            let _ = write!(self.fields, " {}={clean:?}", field.name());
        } else {
            let _ = write!(self.fields, " {}={clean}", field.name());
        }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.note(field, &format!("{value:?}"));
    }
}

/// A text as one line: line breaks become blanks, other control characters are spelled out.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' => clean.push_str("; "),
            '\r' => {}
            '\t' => clean.push(' '),
            c if c.is_control() || is_invisible(c) => clean.extend(c.escape_unicode()),
            c => clean.push(c),
        }
    }
    clean
}

/// Characters that turn the direction of a text, or are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Said(Arc<Mutex<Vec<u8>>>);

    impl Write for Said {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is said in a dress.
    fn said(dress: Dress, talk: Talk, speak: impl Fn()) -> String {
        let said = Said::default();
        let writer = said.clone();
        let subscriber = subscriber(talk.filter(), dress, move || writer.clone());
        tracing::subscriber::with_default(subscriber, speak);
        let bytes = said.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn speak() {
        tracing::info!("acme/widget build 1 passed after 3.0s");
        tracing::warn!(error = %"no such host", tries = 3, "a status waits");
        tracing::error!(task = "intake", "a turn failed");
        tracing::debug!("not heard");
        tracing::info!(target: "sqlx", "not heard either");
    }

    #[test]
    fn a_line_is_words_and_then_fields() {
        insta::assert_snapshot!(said(Dress::Plain, Talk::Operator, speak), @r#"
        acme/widget build 1 passed after 3.0s
        warning: a status waits error="no such host" tries=3
        error: a turn failed task=intake
        "#);
        insta::assert_snapshot!(said(Dress::Journal, Talk::Operator, speak), @r#"
        <6>acme/widget build 1 passed after 3.0s
        <4>a status waits error="no such host" tries=3
        <3>a turn failed task=intake
        "#);
    }

    #[test]
    fn a_terminal_gets_the_time_and_colours_where_they_are_wanted() {
        let plain = said(Dress::Terminal { colour: false }, Talk::Trouble, speak);
        let first = plain.lines().next().unwrap();
        let (time, rest) = first.split_once(' ').unwrap();
        assert_eq!(time.len(), "12:34:56".len(), "{first}");
        assert!(rest.starts_with("warning: a status waits"), "{first}");
        let coloured = said(Dress::Terminal { colour: true }, Talk::Errors, speak);
        assert!(
            coloured.contains("\u{1b}[1m\u{1b}[31merror: \u{1b}[0m"),
            "{coloured:?}"
        );
    }

    #[test]
    fn what_comes_from_outside_stays_in_its_line() {
        let said = said(Dress::Plain, Talk::Operator, || {
            tracing::info!("branch {}", "a\nerror: b\u{1b}[2J\u{202e}c");
            tracing::info!(said = "x\ny", "GitHub");
        });
        insta::assert_snapshot!(said, @r#"
        branch a; error: b\u{1b}[2J\u{202e}c
        GitHub said="x; y"
        "#);
    }
}
