//! `agent env set`.

use super::{Where, branch, failed, say};
use crate::cli::Printer;
use crate::cli::encrypt::values::{Input, refuse, variable, warn_of_odd};
use crate::error::{Exit, UserError};
use crate::secrets::{Plaintext, check_value};
use crate::setup::variables;
use crate::variables::{Given, check_name};

/// Set a variable, in place of one of the same name and branch
///
/// Its value is the argument, else what standard input has, else what is typed at a prompt. It is
/// taken literally: quotes, blanks and `$` mean nothing in it. Logs hide it unless it is --public.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent env set TOKEN -r owner/name            asks for the value
  pass show token | agent env set TOKEN        takes it from a pipe
  agent env set --from-env TOKEN PASSWORD      takes values from the environment
  agent env set COLOUR red --public            logs show it, forks get it
  agent env set TOKEN --branch release         for builds of that branch only

Prefer the prompt, a pipe or --from-env for secrets: what stands on the command line is seen by other
programs while it runs and stays in the shell's history.

A build takes the variable of its own branch before the one for all branches: of a pull request the
branch that it is to be merged into, of a tag the tag's name.")]
pub(super) struct Args {
    /// Its name; NAME=VALUE gives the value, too
    #[arg(
        value_name = "NAME",
        required_unless_present = "from_env",
        conflicts_with = "from_env"
    )]
    name: Option<String>,
    /// Its value
    #[arg(value_name = "VALUE")]
    value: Option<String>,
    /// Take the values from variables of these names
    #[arg(long, value_name = "NAME", num_args = 1..)]
    from_env: Vec<String>,
    /// Let logs and pages show the value, conditions see it, and builds of forks have it
    #[arg(long)]
    public: bool,
    /// Only for builds of this branch or tag
    #[arg(long, value_name = "BRANCH", value_parser = branch)]
    branch: Option<String>,
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let slug = args.place.slug()?;
    let names = names(args)?;
    let Some(opened) = args.place.open(printer)? else {
        return Ok(Exit::Usage);
    };
    let list = variables::list(&opened.setup, &slug);
    // Before anybody types a value for a repository that is not there.
    opened.runtime.block_on(list).map_err(failed)?;
    let mut given = Vec::new();
    for (name, value) in names {
        let value = match value {
            Some(value) => value,
            None if !args.from_env.is_empty() => variable(&name)?,
            None => Input::default().read(&format!("Value of {name}: "), printer)?,
        };
        check_value(value.expose()).map_err(|error| refuse(&error))?;
        warn(&name, &value, args.public, printer);
        given.push(Given {
            name,
            value,
            public: args.public,
        });
    }
    let set = variables::set(&opened.setup, &slug, args.branch.as_deref(), given);
    let done = opened.runtime.block_on(set).map_err(failed)?;
    say(&done, &slug, printer);
    Ok(Exit::Passed)
}

/// The names, with the value where it was typed. All are looked at before anything is asked for.
fn names(args: &Args) -> Result<Vec<(String, Option<Plaintext>)>, UserError> {
    let plain = |text: &str| Plaintext::new(text.as_bytes().to_vec());
    let names = match (&args.name, &args.value) {
        (None, _) => args
            .from_env
            .iter()
            .map(|name| (name.clone(), None))
            .collect(),
        (Some(name), Some(value)) if !name.contains('=') => {
            vec![(name.clone(), Some(plain(value)))]
        }
        (Some(_), Some(_)) => {
            let error = UserError::new(Exit::Usage, "One variable takes one value");
            return Err(error.hint("write NAME VALUE or NAME=VALUE, and set others one by one"));
        }
        (Some(text), None) => match text.split_once('=') {
            Some((name, value)) => vec![(name.to_owned(), Some(plain(value)))],
            None => vec![(text.clone(), None)],
        },
    };
    for (name, _) in &names {
        check_name(name)
            .map_err(|bad| UserError::new(Exit::Usage, bad.to_string()).hint(bad.hint()))?;
    }
    Ok(names)
}

fn warn(name: &str, value: &Plaintext, public: bool, printer: &mut Printer) {
    if !public {
        warn_of_odd(&format!("the value of {name}"), value, printer);
    }
    if (public || name == "PATH") && value.expose().contains(&b'$') {
        printer.warn(format!(
            "the value of {name} is taken as it is: `$` means nothing in it"
        ));
    }
}
