//! `agent migrate`: from a `.travis.yml` to a `.ci.yml`, with what differs and what is left to do.

use super::checkout::Checkout;
use super::config::ConfigFile;
use super::{Printer, messages};
use crate::atomic_file::{self, Mode};
use crate::error::{Exit, UserError};
use crate::log::clean;
use clap::Args as ClapArgs;
use schema::source::Source;
use schema::{Migration, Note, NoteKind, Sources};
use std::path::{Path, PathBuf};

/// Write a .ci.yml that means what a .travis.yml means, and tell what differs
///
/// A .travis.yml is built as it is where there is no .ci.yml. This writes one in which every mistake
/// is told and keys of the agent's own can be used. Comments and layout stay. Values sealed for
/// Travis CI become comments that say how to seal them anew.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  agent migrate
  agent migrate --dry-run
  agent migrate old/.travis.yml --output -

Exits with 3 when the new file has a fatal mistake that a person has to mend.")]
pub(super) struct Args {
    /// The config to read [default: .travis.yml of the checkout]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where to write; `-` is standard output [default: .ci.yml beside it]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing, only tell
    #[arg(long, conflicts_with = "output")]
    dry_run: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

/// Runs `agent migrate`.
///
/// # Errors
/// There is nothing to read, it is no config, or it cannot be written.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let file = match &args.file {
        Some(path) => ConfigFile::find(Some(path), path)?,
        None => of_checkout()?,
    };
    let source = Source::new(file.name.clone(), file.text.clone());
    let migration = match schema::migrate(&source) {
        Ok(migration) => migration,
        Err(diagnostics) => {
            messages::print(printer, &Sources::new(source), &diagnostics);
            messages::refused(printer, &file.name, &diagnostics);
            return Ok(Exit::Config);
        }
    };
    let output = match &args.output {
        Some(output) => output.clone(),
        None => file.path.with_file_name(".ci.yml"),
    };
    let name = match &args.output {
        Some(output) => output.clone(),
        None => Path::new(&file.name).with_file_name(".ci.yml"),
    };
    let name = name.display().to_string();
    if output == Path::new("-") {
        printer.data(migration.text.as_bytes());
    } else if !args.dry_run {
        write(&output, &migration.text, args.force)?;
    }
    tell(printer, &file.name, &name, &migration);
    match (args.dry_run, output == Path::new("-")) {
        (true, _) => printer.note("nothing was written"),
        (_, true) => {}
        _ => printer.note(format!(
            "{name} is written; {} is not read from now on",
            file.name
        )),
    }
    let fatal = |note: &Note| note.kind == NoteKind::Person && note.decision != Some(33);
    Ok(match migration.notes.iter().any(fatal) {
        true => Exit::Config,
        false => Exit::Passed,
    })
}

fn of_checkout() -> Result<ConfigFile, UserError> {
    let checkout = Checkout::here()?;
    let path = checkout.top().join(".travis.yml");
    if path.exists() {
        let file = ConfigFile::find(Some(&path), checkout.top())?;
        return Ok(ConfigFile {
            name: ".travis.yml".to_owned(),
            ..file
        });
    }
    let error = format!("there is no .travis.yml in {}", checkout.top().display());
    Err(UserError::new(Exit::Config, error)
        .hint("name the file, or write a .ci.yml with at least one line, e.g. `script: make test`"))
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), UserError> {
    let name = path.display();
    if path.exists() && !force {
        return Err(
            UserError::new(Exit::Config, format!("{name} is there already"))
                .hint("--force writes over it, --output writes elsewhere, --dry-run only tells"),
        );
    }
    atomic_file::write(path, text.as_bytes(), Mode::KeepOr(0o644))
        .map_err(|error| UserError::new(Exit::Config, format!("{name} cannot be written: {error}")))
}

/// What there is to know, by kind; each line names its place in the new file.
fn tell(printer: &mut Printer, from: &str, to: &str, migration: &Migration) {
    for (kind, head) in [
        (NoteKind::Changed, "Changed, and the same as before"),
        (NoteKind::Differs, "Runs in another way here"),
        (NoteKind::Person, "Left to you"),
    ] {
        let notes = migration.notes.iter().filter(|note| note.kind == kind);
        let notes: Vec<&Note> = notes.collect();
        if notes.is_empty() {
            continue;
        }
        printer.note(format!("{head}:"));
        for note in notes {
            let decision = match note.decision {
                Some(number) => format!(" (decision {number})"),
                None => String::new(),
            };
            let place = if to == "-" {
                String::new()
            } else {
                to.to_owned()
            };
            let text = format!("  {place}:{}: {}{decision}", note.line, note.text);
            printer.note(clean(&text));
            if let Some(help) = &note.help {
                printer.note(clean(&format!("    {help}")));
            }
        }
    }
    let jobs = match migration.jobs {
        Some(1) => "1 job".to_owned(),
        Some(count) => format!("{count} jobs"),
        None => "jobs that cannot be counted".to_owned(),
    };
    printer.note(match migration.same_jobs {
        true => format!("{from}: {jobs}, the same as before"),
        false => format!("{from}: {jobs}; they differ from those before by what is said above"),
    });
}
