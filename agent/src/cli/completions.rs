//! `agent completions`: for shells.

use super::Printer;
use crate::error::{Exit, UserError};
use clap::Args as ClapArgs;
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:
  agent completions bash > /etc/bash_completion.d/agent")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs `agent completions`.
///
/// # Errors
/// None; the type is that of every command.
pub(super) fn run(
    args: &Args,
    command: &mut clap::Command,
    printer: &mut Printer,
) -> Result<Exit, UserError> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, command, "agent", &mut text);
    printer.data(&text);
    Ok(Exit::Passed)
}
