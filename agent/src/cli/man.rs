//! `agent man`: manual pages.

use super::Printer;
use crate::error::{Exit, UserError};
use clap_mangen::Man;
use std::path::PathBuf;

/// Print the manual page, or write those of all commands
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent man | man -l -
  agent man --to /usr/local/share/man/man1")]
pub(super) struct Args {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Runs `agent man`.
///
/// # Errors
/// The folder can't be written to.
pub(super) fn run(
    args: &Args,
    command: clap::Command,
    printer: &mut Printer,
) -> Result<Exit, UserError> {
    let Some(folder) = &args.to else {
        let mut page = Vec::new();
        Man::new(command)
            .render(&mut page)
            .map_err(|error| UserError::new(Exit::Internal, format!("no page: {error}")))?;
        printer.data(&page);
        return Ok(Exit::Passed);
    };
    clap_mangen::generate_to(command, folder).map_err(|error| {
        let text = format!(
            "The pages cannot be written to {}: {error}",
            folder.display()
        );
        UserError::new(Exit::Usage, text).hint("the folder has to be there, and yours to write")
    })?;
    printer.note(format!("Wrote the manual pages to {}", folder.display()));
    Ok(Exit::Passed)
}
