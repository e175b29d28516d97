//! `agent config`: the settings of this machine.

mod check;

use super::Printer;
use crate::error::{Exit, UserError};
use crate::settings::{Finding, Severity};
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

/// Says what is wrong with settings.
pub(super) fn findings(printer: &mut Printer, findings: &[Finding]) {
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
}
