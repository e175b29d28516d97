//! Settings, a runtime, and what setting up works with.

use super::ConfigArgs;
use crate::cli::{Printer, settings};
use crate::error::{Exit, UserError};
use crate::settings::{Checks, DaemonSettings, Environment, Loaded};
use crate::setup::{OpenError, Setup};
use tokio::runtime::Runtime;

/// What a command works with.
pub(in crate::cli) struct Opened {
    pub(in crate::cli) setup: Setup,
    pub(in crate::cli) runtime: Runtime,
}

/// Opens everything; none where the settings can't be used, and then it is said why.
pub(in crate::cli) fn open(
    config: &ConfigArgs,
    dry: bool,
    printer: &mut Printer,
) -> Result<Option<Opened>, UserError> {
    let environment = Environment::of_process();
    let loaded = Loaded::find(config.config.as_deref(), &environment, &[])?;
    let mut checks = Checks::new(&loaded.places);
    let Some(found) = DaemonSettings::resolve(&loaded, &environment, &mut checks) else {
        settings::findings(printer, &loaded, &checks.finish());
        return Ok(None);
    };
    let runtime = runtime()?;
    let setup = runtime
        .block_on(Setup::open(&found, dry))
        .map_err(not_open)?;
    Ok(Some(Opened { setup, runtime }))
}

/// What calls run on.
pub(in crate::cli) fn runtime() -> Result<Runtime, UserError> {
    let failed = |error| UserError::new(Exit::Internal, format!("no runtime: {error}"));
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
fn not_open(error: OpenError) -> UserError {
    let (exit, hint) = match &error {
        OpenError::Client(_) | OpenError::Secret(_) => {
            (Exit::Usage, "`agent config check` shows the settings")
        }
        OpenError::Store(_) => (
            Exit::Backend,
            "database.path and database.url_file say which one; look at its rights, its disk and \
             its server",
        ),
        OpenError::Folder(_) => (Exit::Backend, "TMPDIR names another one"),
    };
    UserError::new(exit, error.to_string()).hint(hint)
}
