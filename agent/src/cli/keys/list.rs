//! `agent keys list` and `agent keys show`.

use crate::cli::checkout::Checkout;
use crate::cli::format::Format;
use crate::cli::keyring::keyring_error;
use crate::cli::repository::{RepositoryArgs, name};
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::secrets::{KeyEntry, Keyring, KeyringError, Kid};
use serde::Serialize;

/// Arguments of `agent keys list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Arguments of `agent keys show`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent keys show > .ci.pub
  agent keys show 7ab683686fe5f9ea")]
pub(super) struct ShowArgs {
    /// The key [default: the active one of the checkout's repository]
    #[arg(value_name = "KID")]
    kid: Option<Kid>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

#[derive(Serialize)]
struct Row {
    kid: String,
    host: String,
    repo_id: u64,
    repo: Option<String>,
    created: String,
    retired: Option<String>,
    state: &'static str,
    public: String,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let (keyring, _) = keyring::open()?;
    let rows: Vec<Row> = keyring
        .entries()
        .iter()
        .map(|entry| row(&keyring, entry))
        .collect();
    if args.format == Format::Json {
        let json = serde_json::to_string_pretty(&rows)
            .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
        printer.line(json);
        return Ok(Exit::Passed);
    }
    if rows.is_empty() {
        printer.note("There are no keys here; `agent keys generate` makes one");
    }
    let width = keyring
        .entries()
        .iter()
        .map(|entry| name(&entry.public.repository).chars().count());
    let width = width.max().unwrap_or_default();
    for (entry, row) in keyring.entries().iter().zip(&rows) {
        let repository = name(&entry.public.repository);
        let date = row.created.get(..10).unwrap_or(&row.created);
        let id = row.repo_id;
        printer.line(format!(
            "{}  {:<7}  {date}  {repository:<width$}  {id}",
            row.kid, row.state
        ));
    }
    Ok(Exit::Passed)
}

/// Seals with it, opens still, or opens no more.
fn state(keyring: &Keyring, entry: &KeyEntry) -> &'static str {
    let repository = &entry.public.repository;
    let active = keyring
        .active(&repository.host, repository.id)
        .map(KeyEntry::kid);
    if entry.retired.is_some() {
        "retired"
    } else if active == Some(entry.kid()) {
        "active"
    } else {
        "former"
    }
}

fn row(keyring: &Keyring, entry: &KeyEntry) -> Row {
    let repository = &entry.public.repository;
    Row {
        kid: entry.kid().to_string(),
        host: repository.host.clone(),
        repo_id: repository.id,
        repo: repository.slug.clone(),
        created: entry.created.to_string(),
        retired: entry.retired.map(|retired| retired.to_string()),
        state: state(keyring, entry),
        public: entry.public.to_string(),
    }
}

pub(super) fn show(args: &ShowArgs, printer: &mut Printer) -> Result<Exit, UserError> {
    let (keyring, _) = keyring::open()?;
    let entry = if let Some(kid) = args.kid {
        keyring
            .find(kid)
            .ok_or_else(|| keyring_error(KeyringError::Unknown(kid)))?
    } else {
        let repository = args.repository.find(&Checkout::here()?, &keyring)?;
        keyring
            .active(&repository.host, repository.id)
            .ok_or_else(|| {
                let error = format!("{} has no active key here", name(&repository));
                UserError::new(Exit::Usage, error).hint("make one with `agent keys generate`")
            })?
    };
    printer.line(entry.public.to_string());
    Ok(Exit::Passed)
}
