//! `agent repo protect` and `agent repo unprotect`.

use super::add::TravisArgs;
use super::open::open;
use super::{ConfigArgs, report};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup;

/// Have branches wait for the agent's status before a merge
///
/// Everything else that protects them stays as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  agent repo protect owner/name --branch release")]
pub(super) struct Args {
    #[command(flatten)]
    branches: BranchArgs,
    #[command(flatten)]
    travis: TravisArgs,
}

/// Have branches wait for the agent's status no longer
///
/// Everything else that protects them stays as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  agent repo unprotect owner/name --branch release")]
pub(super) struct ReleaseArgs {
    #[command(flatten)]
    branches: BranchArgs,
}

#[derive(Debug, clap::Args)]
struct BranchArgs {
    /// The repositories
    #[arg(value_name = "OWNER/NAME", required = true)]
    repositories: Vec<Slug>,
    /// A branch, once for each [default: the default branch]
    #[arg(long = "branch", value_name = "BRANCH")]
    branches: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let travis = args.travis.choice();
    each(&args.branches, printer, &async |setup, slug, branches| {
        setup::protect(setup, slug, branches, travis).await
    })
}

pub(super) fn release(args: &ReleaseArgs, printer: &mut Printer) -> Result<Exit, UserError> {
    each(&args.branches, printer, &setup::unprotect)
}

fn each(
    args: &BranchArgs,
    printer: &mut Printer,
    work: &impl AsyncFn(&setup::Setup, &Slug, &[String]) -> setup::Report,
) -> Result<Exit, UserError> {
    let Some(opened) = open(&args.config, args.dry_run, printer)? else {
        return Ok(Exit::Usage);
    };
    let mut reports = Vec::new();
    for slug in &args.repositories {
        let done = work(&opened.setup, slug, &args.branches);
        let done = opened.runtime.block_on(done);
        report::print(&done, args.dry_run, printer);
        reports.push(done);
    }
    Ok(report::exit(&reports))
}
