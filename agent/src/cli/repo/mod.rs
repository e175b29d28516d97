//! `agent repo`: which repositories the daemon builds.

mod add;
mod list;
mod open;
mod protect;
mod remove;
mod report;
mod set;
mod show;

pub(super) use open::{Opened, open, runtime};

use super::Printer;
use crate::error::{Exit, UserError};
use clap::Subcommand;
use std::path::PathBuf;

/// Set up the repositories that the daemon builds
///
/// The commands use the daemon's settings and its database. A running daemon sees each change at
/// once; none need run for it. `agent serve` is what receives the events and builds.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Set(set::Args),
    Remove(remove::Args),
    Protect(protect::Args),
    Unprotect(protect::ReleaseArgs),
}

/// Where the settings are.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
}

/// Runs `agent repo`.
///
/// # Errors
/// Settings, a database or a client of GitHub that can't be had. What is wrong with a repository is
/// told with it, and leads to exit code 1.
pub(super) fn run(args: Args, printer: &mut Printer) -> Result<Exit, UserError> {
    match args.command {
        Command::Add(args) => add::run(args, printer),
        Command::List(args) => list::run(&args, printer),
        Command::Show(args) => show::run(&args, printer),
        Command::Set(args) => set::run(&args, printer),
        Command::Remove(args) => remove::run(&args, printer),
        Command::Protect(args) => protect::run(&args, printer),
        Command::Unprotect(args) => protect::release(&args, printer),
    }
}
