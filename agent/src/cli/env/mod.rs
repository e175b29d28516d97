//! `agent env`: the variables of a repository's settings.

mod copy;
mod list;
mod set;
mod unset;

use super::Printer;
use super::checkout::Checkout;
use super::keyring::{keyring_error, master_error};
use super::repo::{ConfigArgs, Opened, open};
use super::repository::unclear;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup::variables::{Done, VariablesError};
use clap::Subcommand;

/// Set variables for all builds of a repository, beside those of its config
///
/// They are kept in the agent's database, sealed with the master key, secret and public ones alike.
/// Jobs get them before those of the config, which win. Pull requests from forks get the public ones
/// only. A running daemon gives them to the next job that begins, restarted ones of old builds among
/// them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Set(set::Args),
    Unset(unset::Args),
    Copy(copy::Args),
}

/// Which repository.
#[derive(Debug, clap::Args)]
struct Where {
    /// The repository [default: that of the remote `origin`]
    #[arg(short = 'r', long = "repo", value_name = "OWNER/NAME")]
    repo: Option<Slug>,
    #[command(flatten)]
    config: ConfigArgs,
}

impl Where {
    fn slug(&self) -> Result<Slug, UserError> {
        if let Some(slug) = &self.repo {
            return Ok(slug.clone());
        }
        let checkout = Checkout::here()?;
        let origin = checkout
            .origin()
            .and_then(|origin| origin.slug.parse().ok());
        origin.ok_or_else(unclear)
    }

    fn open(&self, printer: &mut Printer) -> Result<Option<Opened>, UserError> {
        open(&self.config, true, printer)
    }
}

/// Runs `agent env`.
///
/// # Errors
/// Settings, a database or a master key that can't be had, bad names, unknown repositories.
pub(super) fn run(args: Args, printer: &mut Printer) -> Result<Exit, UserError> {
    match args.command {
        Command::List(args) => list::run(&args, printer),
        Command::Set(args) => set::run(&args, printer),
        Command::Unset(args) => unset::run(&args, printer),
        Command::Copy(args) => copy::run(&args, printer),
    }
}

/// What was set, a line each; never a value.
fn say(done: &Done, slug: &Slug, printer: &mut Printer) {
    if let Some(path) = &done.made {
        printer.note(format!("Made a master key in {}", path.display()));
        printer.note("Keep a copy of it in a safe place: without it no variable opens again");
    }
    for set in &done.set {
        let kind = if set.public { "public" } else { "secret" };
        let branch = match &set.branch {
            Some(branch) => format!("branch {branch}"),
            None => "all branches".to_owned(),
        };
        let verb = if set.replaced { "Changed" } else { "Set" };
        let name = &set.name;
        printer.note(format!("{verb} {name} of {slug}: {kind}, {branch}"));
    }
}

/// A branch as an option's value.
fn branch(text: &str) -> Result<String, String> {
    match text {
        "" => Err("a branch has a name".to_owned()),
        text if text.contains(|c: char| c.is_control()) => {
            Err("a branch's name has no control characters".to_owned())
        }
        text => Ok(text.to_owned()),
    }
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
fn failed(error: VariablesError) -> UserError {
    let text = error.to_string();
    match error {
        VariablesError::NotAdded(_) => UserError::new(Exit::Usage, text)
            .hint("`agent repo add` adds it, and `agent repo list` shows those that were"),
        VariablesError::Store(_) => UserError::new(Exit::Backend, text),
        VariablesError::Master(error) => master_error(error),
        VariablesError::Keyring(error) => keyring_error(error),
        VariablesError::Bad(error) => UserError::new(Exit::BuildFailed, text).hint(error.hint()),
        VariablesError::Sealing(_) => UserError::new(Exit::Backend, text),
        VariablesError::Unknown { .. } => {
            UserError::new(Exit::BuildFailed, text).hint("`agent env list` shows those that it has")
        }
        VariablesError::Broke(_) => UserError::new(Exit::Internal, text),
    }
}
