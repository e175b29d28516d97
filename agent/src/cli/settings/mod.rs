//! `agent config`: the settings of this machine.

mod check;

use super::Printer;
use crate::error::{Exit, UserError};
use crate::settings::{Finding, Loaded, Severity};
use clap::Subcommand;

/// Look at the settings of this machine
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
}

/// Runs `agent config`.
///
/// # Errors
/// Settings that can't be read.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    match &args.command {
        Command::Check(args) => check::run(args, printer),
    }
}

/// Says what is wrong with settings; where they can't be used and there is no file yet, how to begin.
pub(super) fn findings(printer: &mut Printer, loaded: &Loaded, findings: &[Finding]) {
    for finding in findings {
        match finding.severity {
            Severity::Error => printer.error(&finding.to_error()),
            Severity::Warning => {
                printer.warn(&finding.message);
                if let Some(hint) = &finding.hint {
                    printer.hint(hint);
                }
            }
        }
    }
    let usable = findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    if usable || loaded.path.is_some() {
        return;
    }
    if let Some(path) = Loaded::usual_path() {
        let path = path.display();
        printer.hint(format!(
            "there is no {path}; docs/getting-started.md begins with one"
        ));
    }
}
