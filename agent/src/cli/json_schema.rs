//! `agent schema`: the language for editors.

use super::Printer;
use crate::error::{Exit, UserError};
use clap::Args as ClapArgs;

/// Print the JSON Schema of `.ci.yml`, for editors
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  agent schema > ~/.config/ci.schema.json

and then, as the first line of .ci.yml:
  # yaml-language-server: $schema=/home/you/.config/ci.schema.json")]
pub(super) struct Args {}

/// Runs `agent schema`.
///
/// # Errors
/// None; the type is that of every command.
pub(super) fn run(Args {}: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    printer.data(schema::JSON_SCHEMA.as_bytes());
    Ok(Exit::Passed)
}
