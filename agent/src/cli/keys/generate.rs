//! `agent keys generate` and `agent keys rotate`.

use crate::atomic_file::{self, Mode};
use crate::cli::checkout::Checkout;
use crate::cli::keyring::{PUBLIC_KEY_FILE, committed_key, keyring_error, master_error, masters};
use crate::cli::repository::{RepositoryArgs, name, unclear};
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::secrets::{KeyEntry, Keyring, KeyringError, MasterKeys, MasterSources, Repository};
use crate::setup;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Arguments of `agent keys generate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent keys generate --repo-id 186853002
  agent keys generate -r owner/repo --repo-id 186853002 --no-file

The id is the forge's number for the repository; `gh api repos/OWNER/REPO --jq .id` prints it.
Secrets are bound to it, so they survive a rename. The private key stays in the data folder.")]
pub(super) struct Args {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// The forge's number for the repository; not needed where `.ci.pub` or the keyring has it
    #[arg(long, value_name = "N")]
    repo_id: Option<u64>,
    /// Write no `.ci.pub`
    #[arg(long)]
    no_file: bool,
    /// Replace a `.ci.pub` that belongs to another repository
    #[arg(long)]
    force: bool,
}

/// Arguments of `agent keys rotate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  agent keys rotate -r owner/repo

Afterwards: seal the values again with `agent encrypt`, see with `agent keys check` that no string
has the old key any more, then retire it with `agent keys retire KID`.")]
pub(super) struct RotateArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Write no `.ci.pub`
    #[arg(long)]
    no_file: bool,
    /// Replace a `.ci.pub` that belongs to another repository
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let checkout = Checkout::here()?;
    let (mut keyring, sources) = keyring::open()?;
    let repository = repository(args, &checkout, &keyring)?;
    let file = public_key_file(&checkout, &repository, args.no_file, args.force)?;
    let masters = masters_or_new(&keyring, &sources, printer)?;
    let entry = match keyring.generate(&repository, &masters, Timestamp::now()) {
        Ok(entry) => {
            printer.note(format!(
                "Made the key {} for {}",
                entry.kid(),
                name(&repository)
            ));
            entry
        }
        Err(KeyringError::Exists(kid)) => {
            printer.note(format!("{} has the key {kid} already", name(&repository)));
            let entry = keyring.find(kid).cloned();
            entry.ok_or_else(|| keyring_error(KeyringError::Unknown(kid)))?
        }
        Err(error) => return Err(keyring_error(error)),
    };
    finish(&entry, file.as_deref(), printer)
}

pub(super) fn rotate(args: &RotateArgs, printer: &mut Printer) -> Result<Exit, UserError> {
    let checkout = Checkout::here()?;
    let (mut keyring, sources) = keyring::open()?;
    let repository = args.repository.find(&checkout, &keyring)?;
    let Some(old) = keyring
        .active(&repository.host, repository.id)
        .map(KeyEntry::kid)
    else {
        let error = format!("{} has no key to rotate", name(&repository));
        return Err(UserError::new(Exit::Usage, error).hint("make one with `agent keys generate`"));
    };
    let file = public_key_file(&checkout, &repository, args.no_file, args.force)?;
    let masters = masters(&sources)?;
    let entry = keyring
        .rotate(&repository, &masters, Timestamp::now())
        .map_err(keyring_error)?;
    printer.note(format!(
        "Made the key {} for {}; {old} still opens until it is retired",
        entry.kid(),
        name(&repository)
    ));
    finish(&entry, file.as_deref(), printer)
}

/// The repository with the id that was given or is known.
fn repository(
    args: &Args,
    checkout: &Checkout,
    keyring: &Keyring,
) -> Result<Repository, UserError> {
    let Some(id) = args.repo_id else {
        return args.repository.find(checkout, keyring).map_err(|error| {
            if args.repository.slug(checkout).is_none() {
                return error;
            }
            UserError::new(Exit::Usage, "The repository's id is not known here")
                .hint("give it with `--repo-id N`; `gh api repos/OWNER/REPO --jq .id` prints it")
        });
    };
    let slug = args.repository.slug(checkout);
    if slug.is_none() {
        return Err(unclear());
    }
    Ok(Repository {
        host: args.repository.host(checkout),
        id,
        slug,
    })
}

/// The master key; for the very first key of a machine a new one.
fn masters_or_new(
    keyring: &Keyring,
    sources: &MasterSources,
    printer: &mut Printer,
) -> Result<MasterKeys, UserError> {
    let found = setup::masters(keyring, sources).map_err(master_error)?;
    if let Some(path) = found.made {
        printer.note(format!("Made a master key in {}", path.display()));
        printer.note("Keep a copy of it in a safe place: without it no secret opens again");
    }
    Ok(found.keys)
}

/// The file that the public key goes to, if any. One of another repository is not overwritten.
fn public_key_file(
    checkout: &Checkout,
    repository: &Repository,
    no_file: bool,
    force: bool,
) -> Result<Option<PathBuf>, UserError> {
    if no_file {
        return Ok(None);
    }
    let there = if force {
        None
    } else {
        committed_key(checkout)?
    };
    match there
        .map(|key| key.repository)
        .filter(|there| there.id != repository.id)
    {
        Some(other) => {
            let whose = name(&other);
            let error = format!("{PUBLIC_KEY_FILE} belongs to another repository ({whose})");
            Err(UserError::new(Exit::Usage, error)
                .hint("go into the right checkout, or use `--no-file` or `--force`"))
        }
        None => Ok(Some(checkout.top().join(PUBLIC_KEY_FILE))),
    }
}

/// Writes `.ci.pub` and prints the line.
fn finish(entry: &KeyEntry, file: Option<&Path>, printer: &mut Printer) -> Result<Exit, UserError> {
    let line = entry.public.to_string();
    if let Some(path) = file {
        let failed = |error| {
            let error = format!("{} cannot be written: {error}", path.display());
            UserError::new(Exit::Usage, error).hint("`agent keys show` prints the line for it")
        };
        atomic_file::write(path, format!("{line}\n").as_bytes(), Mode::KeepOr(0o644))
            .map_err(failed)?;
        printer.note(format!("Wrote {}; commit it", path.display()));
    }
    printer.line(line);
    Ok(Exit::Passed)
}
