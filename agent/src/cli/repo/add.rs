//! `agent repo add`.

use super::open::open;
use super::{ConfigArgs, report};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup::{self, TravisContexts, Wish};

/// Add repositories, or bring them to what the options say
///
/// For each: a key pair for its secrets, the webhook, its entry in the database, and the status that
/// its default branch waits for. What is there already stays as it is, so that the command can
/// simply be run again. Options that are left out mean their defaults, also for a repository that
/// was added with others.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent repo add owner/name
  agent repo add owner/one owner/two --docker --max-jobs 4
  agent repo add owner/name --branch main --branch release --dry-run

In the answer, + stands before what was made or changed, = before what is as it should be, and !
before what is left to do. Ends with 1 when something is left; other repositories are done all the
same. docs/repositories.md says which permissions the token needs, and how to do it by hand.")]
pub(super) struct Args {
    /// The repositories
    #[arg(value_name = "OWNER/NAME", required = true)]
    repositories: Vec<Slug>,
    /// Build no pushes
    #[arg(long)]
    no_pushes: bool,
    /// Build no pull requests
    #[arg(long)]
    no_pull_requests: bool,
    /// Let jobs have a Docker daemon of their own
    #[arg(long)]
    docker: bool,
    /// Jobs at once [default: the settings' limits]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_jobs: Option<u32>,
    /// Leave branch protection as it is
    #[arg(long, conflicts_with_all = ["branches", "keep_travis_contexts", "replace_travis_contexts"])]
    no_protect: bool,
    /// A branch that waits for the status, once for each [default: the default branch]
    #[arg(long = "branch", value_name = "BRANCH")]
    branches: Vec<String>,
    #[command(flatten)]
    travis: TravisArgs,
    /// Write the webhook's secret again, after the settings got a new one
    #[arg(long)]
    renew_secret: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What becomes of Travis CI's contexts.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct TravisArgs {
    /// Require the agent's status beside those of Travis CI, and replace nothing
    #[arg(long)]
    keep_travis_contexts: bool,
    /// Require the agent's status instead of those of Travis CI
    #[arg(long, conflicts_with = "keep_travis_contexts")]
    replace_travis_contexts: bool,
}

impl TravisArgs {
    pub(super) fn choice(self) -> TravisContexts {
        match (self.keep_travis_contexts, self.replace_travis_contexts) {
            (true, _) => TravisContexts::Keep,
            (false, true) => TravisContexts::Replace,
            (false, false) => TravisContexts::Ask,
        }
    }
}

pub(super) fn run(args: Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let Some(opened) = open(&args.config, args.dry_run, printer)? else {
        return Ok(Exit::Usage);
    };
    let wish = Wish {
        pushes: !args.no_pushes,
        pull_requests: !args.no_pull_requests,
        docker: args.docker,
        max_jobs: args.max_jobs,
        protect: !args.no_protect,
        branches: args.branches,
        travis: args.travis.choice(),
        renew_hook: args.renew_secret,
    };
    let mut reports = Vec::new();
    for slug in &args.repositories {
        let done = opened
            .runtime
            .block_on(setup::add(&opened.setup, slug, &wish));
        report::print(&done, args.dry_run, printer);
        reports.push(done);
    }
    Ok(report::exit(&reports))
}
