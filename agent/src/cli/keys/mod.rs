//! `agent keys`: the key pairs that secrets are sealed with.

mod check;
mod generate;
mod list;
mod master;
mod retire;

use super::Printer;
use crate::error::{Exit, UserError};
use clap::Subcommand;

/// Arguments of `agent keys`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a repository's key and write its public half to `.ci.pub`
    Generate(generate::Args),
    /// List the keys of this machine
    List(list::Args),
    /// Print a public key's line
    Show(list::ShowArgs),
    /// Say for each secure string of a config whether it opens here
    Check(check::Args),
    /// Make a new key; strings sealed with the old one open until it is retired
    Rotate(generate::RotateArgs),
    /// Take a key out of use: strings sealed with it open no more
    Retire(retire::Args),
    /// Make a new master key and seal all private keys with it again
    RotateMaster(master::Args),
}

pub(super) fn run(args: Args, printer: &mut Printer) -> Result<Exit, UserError> {
    match args.command {
        Command::Generate(args) => generate::run(&args, printer),
        Command::List(args) => list::run(&args, printer),
        Command::Show(args) => list::show(&args, printer),
        Command::Check(args) => check::run(&args, printer),
        Command::Rotate(args) => generate::rotate(&args, printer),
        Command::Retire(args) => retire::run(&args, printer),
        Command::RotateMaster(args) => master::run(&args, printer),
    }
}
