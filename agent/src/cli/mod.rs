//! The command line: one file a subcommand. Only this room and `main` print or exit.

mod printer;

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
enum Command {}

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

fn dispatch(cli: Cli, _printer: &mut Printer) -> Result<Exit, UserError> {
    match cli.command {}
}
