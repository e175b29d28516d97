//! `agent repo set`.

use super::open::open;
use super::{ConfigArgs, report};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup::{self, Change};

/// Change settings of a repository that was added
///
/// What is not named stays as it is. A running daemon goes by it from the next event or job on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Settings:
  build_pushes               build pushes
  build_pull_requests        build pull requests
  auto_cancel_pushes         a newer push cancels builds of its branch that have not begun
  auto_cancel_pull_requests  the same for new commits of a pull request
  docker                     jobs may have a Docker daemon of their own
  docker_cache               layers of these daemons are kept from one build to the next
  config_imports             private repositories of the same owner may import configs from this one
  max_jobs                   how many of its jobs run at once
  memory                     memory of each of its jobs
  disk                       what each of its jobs may take on the disk
  silence_limit              time without output after which a job is stopped
  hard_limit                 time after which a job is stopped in any case
  log_head                   what is kept of the beginning of its logs
  log_tail                   what is kept of the end of its logs
  travis                     jobs see TRAVIS=true; auto: those of a .travis.yml

max_jobs is a number, memory, disk, log_head and log_tail are sizes like 4GiB, the time limits times
like 90m; none stands for the agent's own limit. travis is on, off or auto, the others are on or off.

Examples:
  agent repo set owner/name docker=on max_jobs=4
  agent repo set owner/name hard_limit=2h memory=8GiB
  agent repo set owner/configs config_imports=on --dry-run")]
pub(super) struct Args {
    /// The repository
    #[arg(value_name = "OWNER/NAME")]
    repository: Slug,
    /// Settings and what they shall be
    #[arg(value_name = "KEY=VALUE", required = true)]
    changes: Vec<Change>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    if let Some(name) = twice(&args.changes) {
        let error = UserError::new(Exit::Usage, format!("the setting {name} is given twice"));
        return Err(error.hint("say it once"));
    }
    let Some(opened) = open(&args.config, args.dry_run, printer)? else {
        return Ok(Exit::Usage);
    };
    let done = setup::set(&opened.setup, &args.repository, &args.changes);
    let done = opened.runtime.block_on(done);
    report::print(&done, args.dry_run, printer);
    Ok(report::exit(&[done]))
}

/// A setting that is given twice.
fn twice(changes: &[Change]) -> Option<&'static str> {
    let names = || changes.iter().map(|change| change.setting.name);
    names().find(|name| names().filter(|other| other == name).count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args as _;

    #[test]
    fn the_help_lists_every_setting_with_its_words() {
        let command = Args::augment_args(clap::Command::new("set"));
        let help = command.get_after_help().unwrap().to_string();
        for setting in &setup::SETTINGS {
            let line = format!("  {:<27}{}\n", setting.name, setting.about);
            assert!(help.contains(&line), "{line}");
        }
    }
}
