//! `agent run`: the build of this checkout, on this machine (decision 34).

mod args;
mod image;
mod job;
mod repeat;
mod report;
mod screen;
mod select;
mod setup;
mod shell;
mod sink;
mod summary;
mod terminal;

pub(super) use args::Args;

use super::Printer;
use super::checkout::Checkout;
use super::config::ConfigFile;
use super::known::Known;
use super::messages;
use crate::error::{Exit, UserError};
use crate::local::{BuildEnd, drive};
use crate::log::clean;
use crate::runner::execute::Cancel;
use crate::scheduler::State;
use crate::settings::Settings;
use job::LocalJobs;
use schema::changes::Changes;
use schema::plan::Plan;
use schema::{Compiled, Outcome};
use screen::Screen;
use setup::{Found, Setup};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Formatted chunks that may wait for the terminal.
const OUTPUT_QUEUE: usize = 64;
/// How long what is left may take when the user wants it killed.
const HURRY: Duration = Duration::from_secs(3);

/// Runs `agent run`.
///
/// # Errors
/// What keeps the build from starting: options, settings, checkout, Docker.
pub(super) fn run(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| UserError::new(Exit::Internal, format!("no runtime: {error}")))?;
    let result = runtime.block_on(build(args, printer));
    // Nothing of ours is left to wait for; a blocked read must not keep the process.
    runtime.shutdown_background();
    result
}

async fn build(args: &Args, printer: &mut Printer) -> Result<Exit, UserError> {
    if args.shell_on_failure {
        shell::need_terminal()?;
    }
    if let Some(from) = &args.from {
        return repeat::build(args, from, printer).await;
    }
    let checkout = Checkout::here()?;
    let head = checkout.commit()?;
    let file = ConfigFile::find(None, checkout.top())?;
    let mut request = args.event.request(&checkout, Some(&head))?;
    let settings = Settings::load(args.config.as_deref())?;
    let name = (request.slug.as_str(), args.event.repo.is_some());
    let known = Known::find(&settings, &checkout, name, printer).await?;
    if let Some(known) = &known {
        request.variables = known.public(&request)?;
    }
    request.changes = Changes::Ask;
    let (sources, compiled) = file.compile(&mut request, &checkout, !args.head);
    messages::print(printer, &sources, &compiled.diagnostics);
    let Compiled {
        outcome,
        diagnostics,
    } = compiled;
    let plan = match outcome {
        Outcome::Plan(plan) => plan,
        Outcome::Skipped(skipped) => {
            printer.note(format!("Nothing to run: {}", clean(&skipped.reason)));
            report::not_run(printer, &request, &skipped.reason);
            return Ok(Exit::Passed);
        }
        Outcome::Refused | Outcome::Need(_) => {
            messages::refused(printer, &file.name, &diagnostics);
            return Ok(Exit::Config);
        }
    };
    report::skipped(printer, &plan);
    let plan = select::select(plan, &args.stage, &args.job)?;
    let found = Found {
        checkout: &checkout,
        head: &head,
        travis: known
            .as_ref()
            .map_or(file.compat, |known| known.travis(file.compat)),
        config: file.name.clone(),
        sources: sources.all(),
        settings,
        known,
        repeat: None,
    };
    let setup = Setup::new(args, found, request, &plan).await?;
    if let Some(exit) = report::refused(printer, &setup, &plan) {
        return Ok(exit);
    }
    setup.say(printer, &plan);
    setup.sweep(printer).await;
    drive_build(setup, plan, printer).await
}

async fn drive_build(setup: Setup, plan: Plan, printer: &mut Printer) -> Result<Exit, UserError> {
    let cancel = Cancel::default();
    let mut signals = Signals::new()?;
    let parallel = setup.parallel;
    let cant_run = setup.cant_run(&plan);
    let (output, mut lines) = mpsc::channel(OUTPUT_QUEUE);
    let plan = Arc::new(plan);
    let setup = Arc::new(setup);
    let jobs = Arc::new(LocalJobs::new(Arc::clone(&setup), &plan, output));
    let numbers: Vec<u32> = cant_run.iter().map(|(number, _)| *number).collect();
    let mut build = tokio::spawn({
        let (plan, cancel) = (Arc::clone(&plan), cancel.clone());
        let backend = Arc::clone(&setup.context.backend);
        async move {
            let end = drive(jobs, plan, &numbers, parallel, cancel.clone()).await;
            tokio::select! {
                () = backend.settle() => {}
                () = hurry(&cancel) => {}
            }
            end
        }
    });
    let mut screen = Screen::new(Arc::clone(&setup.context.backend), cancel.clone());
    let mut open = true;
    let end = loop {
        tokio::select! {
            biased;
            () = signals.next() => interrupt(&cancel, printer),
            () = screen.shell_ended(), if screen.has_a_shell() => screen.go_on(printer),
            chunk = lines.recv(), if open && screen.has_room() => match chunk {
                Some(chunk) => screen.show(chunk, printer),
                None => open = false,
            },
            end = &mut build, if !open && !screen.has_a_shell() => {
                break end.map_err(|error| {
                    UserError::new(Exit::Internal, format!("the build broke: {error}"))
                })?;
            }
        }
    };
    report::end(printer, &setup, &plan, &end, &cant_run);
    for leftover in &end.leftovers {
        printer.warn(format!("not removed: {leftover}; the next run tries again"));
    }
    Ok(exit_of(&end, &cancel))
}

/// Waits until the user does not want to wait any more.
async fn hurry(cancel: &Cancel) {
    cancel.hard.cancelled().await;
    tokio::time::sleep(HURRY).await;
}

fn interrupt(cancel: &Cancel, printer: &mut Printer) {
    if cancel.soft.is_cancelled() {
        printer.note("Killing the jobs.");
        cancel.hard.cancel();
    } else {
        printer.note("Canceling: the jobs are asked to stop. Press Ctrl-C again to kill them.");
        cancel.soft.cancel();
    }
}

fn exit_of(end: &BuildEnd, cancel: &Cancel) -> Exit {
    if cancel.soft.is_cancelled() {
        Exit::Interrupted
    } else if end.state.state() == State::Passed {
        Exit::Passed
    } else {
        Exit::BuildFailed
    }
}

/// Ctrl-C, and the signal that a service manager sends.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, UserError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| {
                UserError::new(
                    Exit::Internal,
                    format!("cannot listen for signals: {error}"),
                )
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
