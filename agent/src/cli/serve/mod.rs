//! `agent serve`: the daemon.

mod source;

use super::Printer;
use super::trace::Talk;
use crate::daemon::{Daemon, Lifecycle, Notifier, Rooms, Signals, Start, StartError};
use crate::error::{Exit, UserError};
use crate::settings::{DaemonSettings, Environment, Finding};
use source::Source;
use std::path::PathBuf;

/// Build what is pushed, and tell GitHub
///
/// SIGHUP reads the settings again. SIGTERM lets running jobs go on for the time that queue.drain_timeout gives, a second one stops
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
    /// Say only what goes wrong; AGENT_LOG comes before it
    #[arg(short, long)]
    quiet: bool,
}

impl Args {
    /// How much is said of what goes on.
    pub(super) fn talk(&self) -> Talk {
        if self.quiet {
            Talk::Trouble
        } else {
            Talk::Operator
        }
    }
}

/// Runs `agent serve`.
///
/// # Errors
/// Settings that can't be used, a folder, a port or an engine that is not to be had, or a part of
/// the daemon that broke.
pub fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let environment = Environment::of_process();
    let source = Source::new(args, &environment);
    let read = source.read()?;
    super::settings::findings(printer, &read.loaded, &read.findings);
    let Some(settings) = read.settings else {
        return Ok(Exit::Usage);
    };
    let failed = |error| UserError::new(Exit::Internal, format!("no runtime: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let end = runtime.block_on(serve(settings, &environment, move || source.read_again()));
    // What did not end in time must not keep the process.
    runtime.shutdown_background();
    end
}

async fn serve(
    settings: DaemonSettings,
    environment: &Environment,
    read: impl Fn() -> Result<DaemonSettings, Vec<Finding>> + Send + Sync + 'static,
) -> Result<Exit, UserError> {
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
    parts.tell(&listener).await;
    let drain = parts.settings.get().settings.queue.drain_timeout;
    let lifecycle = Lifecycle::new(drain);
    let rooms = Rooms::new(parts, &lifecycle);
    let reload = rooms.reload();
    let daemon = Daemon::new(lifecycle.clone()).on_reload(move || reload.now(&read));
    rooms.start(&daemon, listener);
    let end = daemon.run(signals, Notifier).await;
    drop(lock);
    match end {
        Ok(()) => {
            tracing::info!("stopped");
            Ok(Exit::Passed)
        }
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
