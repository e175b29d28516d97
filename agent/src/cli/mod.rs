//! The command line: one file a subcommand. Only this room and `main` print or exit.

mod checkout;
mod config_file;
mod encrypt;
mod keys;
mod printer;
mod prompt;

pub use printer::Printer;

use crate::error::{Exit, UserError};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A build agent with Travis CI's way of working, for your own machines.
#[derive(Debug, Parser)]
#[command(
    name = "agent",
    version,
    propagate_version = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Seal secrets for a repository, and add them to its config
    Encrypt(encrypt::Args),
    /// Manage the keys that secrets are sealed with
    Keys(keys::Args),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut printer = Printer::stdio();
    match dispatch(cli, &mut printer) {
        Ok(exit) => exit.into(),
        Err(error) => {
            printer.error(&error);
            error.exit.into()
        }
    }
}

fn dispatch(cli: Cli, printer: &mut Printer) -> Result<Exit, UserError> {
    match cli.command {
        Command::Encrypt(args) => encrypt::run(args, printer),
        Command::Keys(args) => keys::run(args, printer),
    }
}
