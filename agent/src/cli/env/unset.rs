//! `agent env unset`.

use super::{Where, branch, failed};
use crate::cli::Printer;
use crate::error::{Exit, UserError};
use crate::setup::variables;
use crate::variables::{BadName, check_name};

/// Remove variables
///
/// Without --branch, those for all branches and those for single ones. Exits with 1 when there was
/// none of a name.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Their names
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Only the one for this branch or tag
    #[arg(long, value_name = "BRANCH", value_parser = branch)]
    branch: Option<String>,
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let slug = args.place.slug()?;
    let malformed = |name: &String| check_name(name) == Err(BadName::Malformed);
    if args.names.iter().any(malformed) {
        let bad = BadName::Malformed;
        return Err(UserError::new(Exit::Usage, bad.to_string()).hint(bad.hint()));
    }
    let Some(opened) = args.place.open(printer)? else {
        return Ok(Exit::Usage);
    };
    let branch = args.branch.as_deref();
    let of = branch.map_or(String::new(), |branch| format!(" for branch {branch}"));
    let mut exit = Exit::Passed;
    for name in &args.names {
        let unset = variables::unset(&opened.setup, &slug, name, branch);
        match opened.runtime.block_on(unset).map_err(failed)? {
            0 => {
                printer.warn(format!("{slug} has no variable {name}{of}"));
                exit = Exit::BuildFailed;
            }
            1 => printer.note(format!("Removed {name} of {slug}{of}")),
            many => printer.note(format!(
                "Removed {name} of {slug}, {many} of them: for all branches or single ones"
            )),
        }
    }
    Ok(exit)
}
