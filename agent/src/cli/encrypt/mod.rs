//! `agent encrypt`: seals values for a repository, and adds them to its config.

mod daemon;
mod key;
pub(super) mod values;

use super::Printer;
use super::checkout::Checkout;
use super::config::ConfigFile;
use super::repository::RepositoryArgs;
use crate::atomic_file::{self, Mode};
use crate::error::{Exit, UserError};
use crate::secrets::{PublicKey, seal};
use crate::yaml_edit::{self, EditError, Entry, Target};
use std::path::PathBuf;
use url::Url;
use values::Secret;

/// Arguments of `agent encrypt`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent encrypt TOKEN --add                  asks for the value, adds it to env.global
  pass show token | agent encrypt TOKEN      takes the value from a pipe, prints the line
  agent encrypt --from-env TOKEN PASSWORD    takes the values from the environment
  agent encrypt --add deploy.api_key         asks for the value of a deploy field
  agent encrypt USER_NAME=me --add           a value that may stand in the shell's history

Prefer the prompt, a pipe or --from-env: what stands on the command line is seen by other programs
while it runs and stays in the shell's history. A value is taken literally; quotes, blanks and `$`
mean nothing in it.")]
pub(super) struct Args {
    /// NAME=value, NAME alone for a value from standard input or a prompt, or a bare value
    #[arg(value_name = "NAME[=VALUE]")]
    values: Vec<String>,
    #[command(flatten)]
    repository: RepositoryArgs,
    /// A file with the public key [default: `.ci.pub`, this machine's keys, then the daemon]
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// The daemon to fetch the public key from [default: the setting server.public_url]
    #[arg(long, value_name = "URL", value_parser = server, conflicts_with = "public_key")]
    server: Option<Url>,
    /// Add the secret to the config: under env.global, or to a deploy field as deploy.FIELD
    #[arg(long, value_name = "KEY", num_args = 0..=1)]
    add: Option<Option<String>>,
    /// Take the values from variables of these names
    #[arg(long, value_name = "NAME", num_args = 1..)]
    from_env: Vec<String>,
    /// The config that --add changes [default: .ci.yml or .travis.yml of the checkout]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) fn run(args: Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let (target, values) = target(args.add, args.values)?;
    let checkout = Checkout::here()?;
    let key = match &args.server {
        Some(server) => daemon::fetch(&checkout, &args.repository, server, printer)?,
        None => key::find(
            &checkout,
            &args.repository,
            args.public_key.as_deref(),
            printer,
        )?,
    };
    let secrets = values::collect(&values, &args.from_env, target.as_ref(), printer)?;
    let sealed = secrets
        .iter()
        .map(|secret| seal_one(&key, secret))
        .collect::<Result<Vec<_>, _>>()?;
    key::say(&key, printer);
    let Some(target) = target else {
        for line in sealed {
            printer.line(format!("secure: \"{line}\""));
        }
        return Ok(Exit::Passed);
    };
    let entries: Vec<(&Secret, &String)> = secrets.iter().zip(&sealed).collect();
    let added = ConfigFile::find(args.file.as_deref(), checkout.top())
        .and_then(|file| add_all(file, &target, &entries));
    match added {
        Ok(notes) => {
            notes.iter().for_each(|note| printer.note(note));
            Ok(Exit::Passed)
        }
        Err(error) => {
            // The work is not lost: the lines can still be pasted.
            for line in &sealed {
                printer.line(format!("secure: \"{line}\""));
            }
            Err(error)
        }
    }
}

/// The address of a daemon as an option's value.
fn server(text: &str) -> Result<Url, String> {
    crate::settings::http_address(text)
        .ok_or_else(|| "a daemon's address is like https://ci.example.com".to_owned())
}

/// The place to add to, and the values without it: `--add NAME=value` means the default place.
fn target(
    add: Option<Option<String>>,
    mut values: Vec<String>,
) -> Result<(Option<Target>, Vec<String>), UserError> {
    let Some(key) = add else {
        return Ok((None, values));
    };
    let Some(key) = key else {
        return Ok((Some(Target::EnvGlobal), values));
    };
    match key.parse() {
        Ok(target) => Ok((Some(target), values)),
        Err(_) if key.contains('=') || crate::secrets::valid_name(&key) => {
            values.insert(0, key);
            Ok((Some(Target::EnvGlobal), values))
        }
        Err(error) => Err(UserError::new(Exit::Usage, error.to_string())
            .hint("secrets go to `env.global` or to a deploy field, as `deploy.api_key`")),
    }
}

fn seal_one(key: &PublicKey, secret: &Secret) -> Result<String, UserError> {
    let sealed = seal(key, &secret.slot, &secret.plaintext).map_err(|error| {
        UserError::new(Exit::Usage, format!("nothing can be sealed: {error}"))
            .hint("get the right public key from whoever runs the agent")
    })?;
    Ok(sealed.to_text())
}

/// Adds all entries or none, and says for each where it went.
fn add_all(
    file: ConfigFile,
    target: &Target,
    entries: &[(&Secret, &String)],
) -> Result<Vec<String>, UserError> {
    let ConfigFile {
        path,
        name,
        mut text,
        ..
    } = file;
    let mut notes = Vec::new();
    for (secret, sealed) in entries {
        let entry = Entry {
            name: &secret.name,
            sealed: sealed.as_str(),
        };
        let edited =
            yaml_edit::add(&text, target, &entry).map_err(|error| refused(&name, &error))?;
        let what = match target {
            Target::EnvGlobal => format!("{} in {target}", secret.name),
            Target::DeployField(_) => target.to_string(),
        };
        let verb = if edited.replaced { "Replaced" } else { "Added" };
        notes.push(format!("{verb} {what}: {name}:{}", edited.line));
        text = edited.text;
    }
    atomic_file::write(&path, text.as_bytes(), Mode::KeepOr(0o644)).map_err(|error| {
        let error = format!("{name} is unchanged: it cannot be written: {error}");
        UserError::new(Exit::Config, error).hint("paste the printed line by hand")
    })?;
    Ok(notes)
}

fn refused(name: &str, error: &EditError) -> UserError {
    UserError::new(Exit::Config, format!("{name} is unchanged: {error}"))
        .hint("paste the printed line by hand")
}
