//! `agent keys retire`.

use crate::cli::keyring::keyring_error;
use crate::cli::repository::name;
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::secrets::Kid;
use jiff::Timestamp;

/// Arguments of `agent keys retire`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  agent keys retire 7ab683686fe5f9ea")]
pub(super) struct Args {
    /// The key, as `agent keys list` shows it
    #[arg(value_name = "KID")]
    kid: Kid,
}

pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let (mut keyring, _) = keyring::open()?;
    let entry = keyring
        .retire(args.kid, Timestamp::now())
        .map_err(keyring_error)?;
    let repository = &entry.public.repository;
    printer.note(format!(
        "Retired the key {} of {}; strings sealed with it open no more",
        entry.kid(),
        name(repository)
    ));
    match keyring.active(&repository.host, repository.id) {
        Some(active) => printer.note(format!("Its active key is {}", active.kid())),
        None => printer.warn("it has no key now; `agent keys generate` makes one"),
    }
    Ok(Exit::Passed)
}
