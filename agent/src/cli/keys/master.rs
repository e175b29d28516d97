//! `agent keys rotate-master`.

use crate::cli::Printer;
use crate::cli::keyring::{self, keyring_error, master_error};
use crate::cli::repo::runtime;
use crate::error::{Exit, UserError};
use crate::secrets::MasterKeys;
use crate::settings::{Environment, Settings};
use crate::store::{Location, Store, StoreError};
use crate::variables;

/// Arguments of `agent keys rotate-master`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A master key in the data folder is replaced by a new one. Where it comes from AGENT_MASTER_KEY or a
systemd credential, first set the new one there and the old one as AGENT_MASTER_KEY_OLD (or as
agent-master-key.old), run this, then take the old one away.

The variables of repositories' settings are sealed anew as well. They lie in the database of the
settings: run this with the daemon's own settings and, where the database's URL comes from
AGENT_DATABASE_URL or a credential, with that.")]
pub(super) struct Args {}

pub(super) fn run(_: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let settings = Settings::of_process()?;
    let (mut keyring, sources) = keyring::open_with(&settings)?;
    let data = settings.data_dir()?;
    let location = settings
        .database
        .location(&data, &Environment::of_process())?;
    let rotation = MasterKeys::begin_rotation(&sources).map_err(master_error)?;
    let keys = keyring.reseal(&rotation.keys).map_err(keyring_error)?;
    let values = runtime()?.block_on(reseal(&location, &rotation.keys))?;
    // Only now: whatever stops it before leaves both keys, and it is simply run again.
    rotation.finish().map_err(master_error)?;
    printer.note(format!(
        "Sealed {keys} private keys with the new master key"
    ));
    match values {
        Some(values) => printer.note(format!("Sealed {values} variables with it")),
        None => printer.note("There is no database here, and so no variables in it"),
    }
    Ok(Exit::Passed)
}

/// Seals the variables of all repositories anew; how many, or none where there is no database.
async fn reseal(location: &Location, masters: &MasterKeys) -> Result<Option<usize>, UserError> {
    if matches!(location, Location::Sqlite(path) if !path.exists()) {
        return Ok(None);
    }
    let failed = |error: StoreError| UserError::new(Exit::Backend, error.to_string());
    let store = Store::open(location).await.map_err(failed)?;
    let mut count = 0;
    // Again until nothing is left: somebody may have set one with the old key meanwhile.
    loop {
        let all = store.all_variables().await.map_err(failed)?;
        let anew = variables::reseal(&all, masters).map_err(|error| {
            UserError::new(Exit::BuildFailed, error.to_string()).hint(error.hint())
        })?;
        if anew.is_empty() {
            return Ok(Some(count));
        }
        store.reseal_variables(&anew).await.map_err(failed)?;
        count += anew.len();
    }
}
