//! `agent keys rotate-master`.

use crate::cli::keyring::{keyring_error, master_error};
use crate::cli::{Printer, keyring};
use crate::error::{Exit, UserError};
use crate::secrets::MasterKeys;

/// Arguments of `agent keys rotate-master`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A master key in the data folder is replaced by a new one. Where it comes from AGENT_MASTER_KEY or a
systemd credential, first set the new one there and the old one as AGENT_MASTER_KEY_OLD (or as
agent-master-key.old), run this, then take the old one away.")]
pub(super) struct Args {}

pub(super) fn run(_: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let (mut keyring, sources) = keyring::open()?;
    let rotation = MasterKeys::begin_rotation(&sources).map_err(master_error)?;
    let changed = keyring.reseal(&rotation.keys).map_err(keyring_error)?;
    rotation.finish().map_err(master_error)?;
    printer.note(format!(
        "Sealed {changed} private keys with the new master key"
    ));
    Ok(Exit::Passed)
}
