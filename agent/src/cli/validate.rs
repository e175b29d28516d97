//! `agent validate`: every mistake of a config, with its place and its fix.

use super::Printer;
use super::checkout::Checkout;
use super::config::ConfigFile;
use super::event::EventArgs;
use crate::error::{Exit, UserError};
use crate::log::clean;
use clap::{Args as ClapArgs, ValueEnum};
use schema::Applied;
use schema::diagnostic::{Diagnostic, Level, render};
use std::path::PathBuf;

/// Check a config and show every mistake with its place and its fix
///
/// Exits with 3 on a mistake that would stop the build; with --strict on errors and warnings too.
/// What the config leaves to defaults is listed in JSON only. What is read and checked, and not acted
/// on here yet, is told once: as a warning for keys of the agent's own, and as a remark for what came
/// from Travis CI (caches, services, deploy providers …), which --strict does not count.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  agent validate
  agent validate --fix
  agent validate --strict --format github .ci.yml")]
pub(super) struct Args {
    #[command(flatten)]
    event: EventArgs,
    /// The configs [default: .ci.yml or .travis.yml of the checkout]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Errors and warnings count as well
    #[arg(long)]
    strict: bool,
    /// Mend misspelled and outdated names in the files, as they are read anyway
    ///
    /// Comments and layout stay as they are, and the config means the same as before. What is left
    /// to be mended by hand is told.
    #[arg(long)]
    fix: bool,
    /// How to print the messages
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// How messages are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With carets
    Text,
    /// One line each
    Plain,
    /// One JSON list
    Json,
    /// As annotations of a GitHub workflow
    Github,
}

/// Runs `agent validate`.
///
/// # Errors
/// A file that can't be read, or options that contradict each other.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let checkout = Checkout::here()?;
    let mut files = if args.files.is_empty() {
        vec![ConfigFile::find(None, checkout.top())?]
    } else {
        let asked = args.files.iter();
        asked
            .map(|path| ConfigFile::find(Some(path), checkout.top()))
            .collect::<Result<_, _>>()?
    };
    let mut request = args.event.request(&checkout, checkout.head()?.as_ref())?;
    let mut bad = false;
    let mut lists = Vec::new();
    for file in &mut files {
        if args.fix {
            for change in file.fix()? {
                let Applied { at, from, to } = change;
                let change = format!("{}:{at}: `{from}` is now `{to}`", file.name);
                printer.note(clean(&change));
            }
        }
        let (sources, compiled) = file.compile(&mut request, &checkout, true);
        let mut diagnostics = compiled.diagnostics;
        if args.format != Format::Json {
            // What was left to a default is no mistake.
            diagnostics.retain(|diagnostic| diagnostic.code != "default");
        }
        let diagnostics = &diagnostics;
        bad |= diagnostics
            .iter()
            .any(|diagnostic| diagnostic.fatal || (args.strict && diagnostic.level > Level::Info));
        let texts = sources.all();
        let text = match args.format {
            Format::Text => {
                let options = render::Options {
                    color: true,
                    width: super::width(),
                };
                render::terminal(diagnostics, &texts, options)
            }
            Format::Plain => render::plain(diagnostics, &texts),
            Format::Json => {
                lists.push(render::json(diagnostics, &texts));
                String::new()
            }
            Format::Github => render::github(diagnostics, &texts),
        };
        printer.data(text.as_bytes());
        printer.note(summary(&file.name, diagnostics));
        match schema::fix(&sources).applied.len() {
            0 => {}
            1 => printer.note("`agent validate --fix` mends one of them"),
            more => printer.note(format!("`agent validate --fix` mends {more} of them")),
        }
    }
    if args.format == Format::Json {
        printer.data(one_list(&lists).as_bytes());
    }
    Ok(if bad { Exit::Config } else { Exit::Passed })
}

/// One list of all the files' messages, each list being as [`render::json`] writes it.
fn one_list(lists: &[String]) -> String {
    let inside = |list: &String| {
        let inside = list.trim().strip_prefix('[')?.strip_suffix(']')?;
        let inside = inside.trim_matches('\n');
        (!inside.is_empty()).then(|| inside.to_owned())
    };
    let messages: Vec<String> = lists.iter().filter_map(inside).collect();
    if messages.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", messages.join(",\n"))
}

fn summary(name: &str, diagnostics: &[Diagnostic]) -> String {
    let count = |wanted: fn(Level) -> bool, one: &str| {
        let count = diagnostics
            .iter()
            .filter(|diagnostic| wanted(diagnostic.level))
            .count();
        match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{count} {one}s")),
        }
    };
    let counts: Vec<String> = [
        count(|level| level >= Level::Error, "error"),
        count(|level| level == Level::Warning, "warning"),
        count(|level| level == Level::Info, "remark"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counts.is_empty() {
        format!("{name}: nothing to complain about")
    } else {
        format!("{name}: {}", counts.join(", "))
    }
}
