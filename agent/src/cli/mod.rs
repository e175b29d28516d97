//! The command line: one file a subcommand. Only this room and `main` print or exit.

mod changes;
mod checkout;
mod completions;
mod config;
mod encrypt;
mod env;
mod event;
mod format;
mod images;
mod imports;
mod json_schema;
mod keyring;
mod keys;
mod known;
mod man;
mod messages;
mod migrate;
mod plan;
mod printer;
mod prompt;
mod repo;
mod repository;
mod run;
pub mod serve;
mod settings;
pub mod trace;
mod validate;

pub use printer::Printer;

use crate::backend::BackendError;
use crate::error::{Exit, UserError};
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// A build agent with Travis CI's way of working, for your own machines.
#[derive(Debug, Parser)]
#[command(
    name = "agent",
    version,
    max_term_width = 100,
    after_help = "\
Exit codes:
  0    all went well; the build passed
  1    the build failed, errored or was canceled; a secret does not open; a repository is not
       wholly set up
  2    wrong options or settings
  3    a fatal mistake in the config
  4    Docker, or another part that jobs need, is not available
  5    a mistake of the agent's own
  130  Ctrl-C

Environment:
  AGENT_CONFIG  the file with the settings
  AGENT_DATA    the folder for keys, mirrors and logs [default: ~/.local/share/agent]
  AGENT_…       each setting has such a variable, e.g. AGENT_JOBS_MEMORY for jobs.memory
  AGENT_LOG     what the agent says of its own work, e.g. debug [default: info for `agent serve`,
                error elsewhere]
  DOCKER_HOST   the engine [default: unix:///var/run/docker.sock]
  NO_COLOR      no colours"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::Args>),
    Serve(serve::Args),
    Plan(plan::Args),
    Images(images::Args),
    Validate(validate::Args),
    Migrate(migrate::Args),
    /// Seal secrets for a repository, and add them to its config
    Encrypt(encrypt::Args),
    /// Manage the keys that secrets are sealed with
    Keys(keys::Args),
    Env(env::Args),
    Repo(repo::Args),
    Config(settings::Args),
    Schema(json_schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// How much is said of the agent's own work.
    fn talk(&self) -> trace::Talk {
        match self {
            Self::Serve(args) => args.talk(),
            _ => trace::Talk::Errors,
        }
    }
}

/// The command line as data: for completions, and to check what documentation says of it.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut printer = Printer::stdio();
    match trace::start(cli.command.talk()).and_then(|()| dispatch(cli, &mut printer)) {
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
        Command::Run(args) => run::run(&args, printer),
        Command::Serve(args) => serve::run(&args, printer),
        Command::Plan(args) => plan::run(&args, printer),
        Command::Images(args) => images::run(&args, printer),
        Command::Validate(args) => validate::run(&args, printer),
        Command::Migrate(args) => migrate::run(&args, printer),
        Command::Env(args) => env::run(args, printer),
        Command::Repo(args) => repo::run(args, printer),
        Command::Config(args) => settings::run(&args, printer),
        Command::Schema(args) => json_schema::run(&args, printer),
        Command::Completions(args) => completions::run(&args, &mut command(), printer),
        Command::Man(args) => man::run(&args, command(), printer),
    }
}

/// An engine that is not to be had, in words.
fn no_backend(error: &BackendError) -> UserError {
    let shown = UserError::new(Exit::Backend, error.to_string());
    match error.hint() {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}

/// Columns of the terminal that stderr or stdout is; a page's width elsewhere.
fn width() -> usize {
    let streams = [rustix::stdio::stderr(), rustix::stdio::stdout()];
    let columns = streams
        .into_iter()
        .find_map(|stream| rustix::termios::tcgetwinsize(stream).ok())
        .map_or(100, |size| usize::from(size.ws_col));
    columns.clamp(60, 160)
}
