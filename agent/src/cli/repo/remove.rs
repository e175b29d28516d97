//! `agent repo remove`.

use super::open::open;
use super::{ConfigArgs, report};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup;
use std::io::{BufRead, IsTerminal};

/// Build repositories no longer: take away webhook and required status
///
/// Builds, logs and keys stay: sealed secrets open again when the repository is added again, and its
/// builds go on with the next number.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  agent repo remove owner/name --yes")]
pub(super) struct Args {
    /// The repositories
    #[arg(value_name = "OWNER/NAME", required = true)]
    repositories: Vec<Slug>,
    /// A branch that waits for the status, once for each [default: the default branch]
    #[arg(long = "branch", value_name = "BRANCH")]
    branches: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let Some(opened) = open(&args.config, args.dry_run, printer)? else {
        return Ok(Exit::Usage);
    };
    if !args.yes && !args.dry_run && !agreed(args, printer)? {
        printer.note("Nothing was changed");
        return Ok(Exit::BuildFailed);
    }
    let mut reports = Vec::new();
    for slug in &args.repositories {
        let done = setup::remove(&opened.setup, slug, &args.branches);
        let done = opened.runtime.block_on(done);
        report::print(&done, args.dry_run, printer);
        reports.push(done);
    }
    if !args.dry_run {
        printer.note("Builds, logs and keys stay; `agent keys retire` takes a key out of use");
    }
    Ok(report::exit(&reports))
}

fn agreed(args: &Args, printer: &mut Printer) -> Result<bool, UserError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let error = UserError::new(Exit::Usage, "there is nobody to ask");
        return Err(error.hint("say --yes"));
    }
    let names: Vec<&str> = args.repositories.iter().map(Slug::as_str).collect();
    let names = names.join(", ");
    printer.ask(format!(
        "Take away webhook and required status of {names}? [y/N] "
    ));
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|error| {
        UserError::new(Exit::Usage, format!("the terminal cannot be read: {error}"))
    })?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
