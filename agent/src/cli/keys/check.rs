//! `agent keys check`: which secure strings of a config open here, and why the others do not.

use crate::cli::checkout::Checkout;
use crate::cli::config::ConfigFile;
use crate::cli::format::Format;
use crate::cli::repository::RepositoryArgs;
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::log::clean;
use crate::secrets::{Opener, Place, Sealed, SecretError, SecretErrorKind};
use crate::yaml_edit::{Found, Home, secure_entries};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Arguments of `agent keys check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  agent keys check
  agent keys check path/to/.ci.yml --format json

Ends with 1 when a string does not open. No value is ever printed.")]
pub(super) struct Args {
    /// The config [default: .ci.yml or .travis.yml of the checkout]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    repository: RepositoryArgs,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    file: String,
    line: usize,
    column: usize,
    path: String,
    kid: Option<String>,
    opens: bool,
    /// The variable that an entry of `env` sets.
    variable: Option<String>,
    code: Option<&'static str>,
    reason: Option<String>,
    hint: Option<&'static str>,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let checkout = Checkout::here()?;
    let ConfigFile { name, text, .. } = ConfigFile::find(args.file.as_deref(), checkout.top())?;
    let found = secure_entries(&text).map_err(|error| {
        UserError::new(Exit::Config, format!("{name}: {error}")).hint("`agent validate` says more")
    })?;
    if found.is_empty() {
        printer.note(format!("{name} holds no secure strings"));
    }
    let rows = if found.is_empty() {
        Vec::new()
    } else {
        rows(args, &checkout, &name, &found)?
    };
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&rows)
                .map_err(|error| UserError::new(Exit::Internal, error.to_string()))?;
            printer.line(json);
        }
        Format::Text => {
            rows.iter().for_each(|row| printer.line(clean(&line(row))));
            let hints: BTreeSet<&str> = rows.iter().filter_map(|row| row.hint).collect();
            hints.iter().for_each(|hint| printer.hint(hint));
        }
    }
    if rows.iter().all(|row| row.opens) {
        Ok(Exit::Passed)
    } else {
        Ok(Exit::BuildFailed)
    }
}

fn rows(
    args: &Args,
    checkout: &Checkout,
    name: &str,
    found: &[Found],
) -> Result<Vec<Row>, UserError> {
    let (keyring, sources) = keyring::open()?;
    let repository = args.repository.find(checkout, &keyring)?;
    let opener = keyring::opener(&keyring, &sources, &repository, checkout)?;
    Ok(found
        .iter()
        .map(|found| row(&opener, name, found))
        .collect())
}

fn row(opener: &Opener, file: &str, found: &Found) -> Row {
    let place = Place {
        file: file.to_owned(),
        line: found.line,
        column: found.column,
        path: found.path.clone(),
    };
    let sealed = found.sealed.as_deref().unwrap_or_default();
    let opened: Result<Option<String>, SecretError> = match &found.home {
        Home::Env(under) => opener
            .open_env(sealed, &place, under.as_deref())
            .map(|(name, _)| Some(name)),
        Home::Field => opener.open_field(sealed, &place).map(|_| None),
        Home::Elsewhere => Err(SecretError {
            place,
            kind: SecretErrorKind::NotAccepted,
        }),
    };
    let kind = opened.as_ref().err().map(|error| error.kind.clone());
    Row {
        file: file.to_owned(),
        line: found.line,
        column: found.column,
        path: found.path.clone(),
        kid: sealed
            .parse::<Sealed>()
            .ok()
            .map(|sealed| sealed.kid.to_string()),
        opens: opened.is_ok(),
        variable: opened.ok().flatten(),
        code: kind.as_ref().map(SecretErrorKind::code),
        reason: kind.as_ref().map(ToString::to_string),
        hint: kind.as_ref().map(SecretErrorKind::hint),
    }
}

fn line(row: &Row) -> String {
    let outcome = match (&row.reason, &row.variable) {
        (Some(reason), _) => reason.clone(),
        (None, Some(variable)) => format!("opens, sets {variable}"),
        (None, None) => "opens".to_owned(),
    };
    let kid = row.kid.as_deref().filter(|kid| !outcome.contains(kid));
    let key = kid.map(|kid| format!(" (key {kid})")).unwrap_or_default();
    let Row {
        file,
        line,
        column,
        path,
        ..
    } = row;
    format!("{file}:{line}:{column}: {path}: {outcome}{key}")
}
