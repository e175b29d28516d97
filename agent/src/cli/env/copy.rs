//! `agent env copy`.

use super::{Where, failed, say};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::github::Slug;
use crate::setup::variables;

/// Copy variables from one repository to another
///
/// They keep their kind and branch, and replace those of the same name and branch. Values are sealed
/// anew for the other repository, and not shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent env copy --from owner/one -r owner/two           all of them
  agent env copy TOKEN --from owner/one -r owner/two     one, for all its branches

Values of this shell's environment are taken by `agent env set --from-env NAME`.")]
pub(super) struct Args {
    /// Their names [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The repository that has them
    #[arg(long, value_name = "OWNER/NAME")]
    from: Slug,
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let slug = args.place.slug()?;
    if slug == args.from {
        let error = UserError::new(Exit::Usage, format!("{slug} has its own variables already"));
        return Err(error.hint("name the other repository with `-r OWNER/NAME`"));
    }
    let Some(opened) = args.place.open(printer)? else {
        return Ok(Exit::Usage);
    };
    let copy = variables::copy(&opened.setup, &args.from, &slug, &args.names);
    let done = opened.runtime.block_on(copy).map_err(failed)?;
    if done.set.is_empty() {
        printer.note(format!("{} has no variables", args.from));
    }
    say(&done, &slug, printer);
    Ok(Exit::Passed)
}
