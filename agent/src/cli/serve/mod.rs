//! `agent serve`: the daemon.

use super::Printer;
use crate::daemon::{Daemon, Lifecycle, Notifier, Rooms, Signals, Start, StartError};
use crate::error::{Exit, UserError};
use crate::settings::{Checks, DaemonSettings, Environment, Loaded, Override};
use std::path::PathBuf;

/// Build what is pushed, and tell GitHub
///
/// SIGTERM lets running jobs go on for the time that queue.drain_timeout gives, a second one stops
/// at once; SIGQUIT waits for as long as they take. Jobs that still run are left running, and are
/// taken up again by the next start.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  agent serve
  agent serve --config /etc/agent/agent.yml --listen 127.0.0.1:9000")]
pub struct Args {
    /// The settings [default: agent.yml in the config folder]
    #[arg(
        long,
        env = "AGENT_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
    /// Address and port [default: the setting server.listen]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The folder for keys, mirrors, logs and the database [default: the setting data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<String>,
}

/// Runs `agent serve`.
///
/// # Errors
/// Settings that can't be used, a folder, a port or an engine that is not to be had, or a part of
/// the daemon that broke.
pub fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let environment = Environment::of_process();
    let Some(settings) = settings(args, &environment, printer)? else {
        return Ok(Exit::Usage);
    };
    let failed = |error| UserError::new(Exit::Internal, format!("no runtime: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let end = runtime.block_on(serve(settings, &environment));
    // What did not end in time must not keep the process.
    runtime.shutdown_background();
    end
}

/// The settings, with everything that is wrong with them said; none where something is.
fn settings(
    args: &Args,
    environment: &Environment,
    printer: &mut Printer,
) -> Result<Option<DaemonSettings>, UserError> {
    let options = [
        ("server.listen", "--listen", &args.listen),
        ("data", "--data", &args.data),
    ];
    let options: Vec<Override> = options
        .into_iter()
        .filter_map(|(setting, option, value)| {
            Some(Override::option(setting, option, value.clone()?))
        })
        .collect();
    let loaded = Loaded::find(args.config.as_deref(), environment, &options)?;
    let mut checks = Checks::new(&loaded.places);
    let settings = DaemonSettings::resolve(&loaded, environment, &mut checks);
    super::settings::findings(printer, &checks.finish());
    Ok(settings)
}

async fn serve(settings: DaemonSettings, environment: &Environment) -> Result<Exit, UserError> {
    // Before anything else, so that a signal during the checks is not lost.
    let signals = Signals::listen().map_err(|error| {
        UserError::new(
            Exit::Internal,
            format!("cannot listen for signals: {error}"),
        )
    })?;
    let start = Start::new(settings, environment)
        .await
        .map_err(not_started)?;
    let (parts, listener, lock) = start.parts();
    let lifecycle = Lifecycle::new(parts.settings.settings.queue.drain_timeout);
    let daemon = Daemon::new(lifecycle.clone());
    Rooms::new(parts, &lifecycle).start(&daemon, listener);
    let end = daemon.run(signals, Notifier).await;
    drop(lock);
    match end {
        Ok(()) => Ok(Exit::Passed),
        Err(error) => Err(UserError::new(Exit::Internal, error.to_string())),
    }
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
fn not_started(error: StartError) -> UserError {
    if let StartError::Backend(error) = &error {
        return super::no_backend(error);
    }
    let shown = UserError::new(Exit::Backend, error.to_string());
    match error.hint() {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}
