//! Process 1 of a job: owns terminal, shell, limits, reaping and exit status (decision 17).
//!
//! ```text
//! stdin ─ Script ─► machine ─ session ─► shell on the terminal ─ output ─► ring ─► attachments
//!                      ▲                    │ reports, ends
//!                      └──── events ◄───────┴──────── cancel, stop, acknowledgements
//! ```

mod event;
mod glue;
pub(crate) mod greeting;
pub(crate) mod held;
mod machine;
mod memory;
mod processes;
mod reaper;
mod report;
mod ring;
mod rules;
mod server;
mod session;
mod shell;
mod strip;
mod terminal;
mod words;

use crate::Failed;
use crate::place::Place;
use crate::protocol::{Cause, JobResult, MAX_SCRIPT, NO_SCRIPT, Outcome, Record, Script};
use event::Event;
use held::Held;
use machine::Machine;
use report::Reports;
use ring::Ring;
use rustix::process::DumpableBehavior;
use session::Session;
use shell::{Program, Shells};
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;
use terminal::Terminal;

/// Runs one job. The exit code tells its result: 0 passed, 1 failed, 2 errored, 3 canceled; or
/// [`NO_SCRIPT`].
pub(crate) fn run() -> Result<ExitCode, Failed> {
    let toolbox = std::env::current_exe()?;
    // The job runs as the same user: it must not look into this memory, which holds secrets.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let place = Place::of_this_process();
    std::fs::create_dir_all(place.commands())?;

    let ring = Arc::new(Ring::new(ring::CAPACITY));
    let (events, inbox) = std::sync::mpsc::channel();
    let held = Held::default();
    let asked = held.clone();
    server::serve(&place.socket(), Arc::clone(&ring), events.clone(), asked)?;
    let Some(script) = read_script()? else {
        return Ok(ExitCode::from(NO_SCRIPT));
    };
    let inbox = (inbox, held);
    let result = supervise(&script, place, toolbox, &ring, events, inbox).unwrap_or_else(|error| {
        // Those who listen shall hear of it; nobody reads this process's own streams.
        let reason = error.to_string();
        ring.output(words::broken(&reason).as_bytes());
        ring.record(&Record::Ended(Outcome {
            result: JobResult::Errored,
            cause: Cause::Supervisor(reason),
            warnings: Vec::new(),
        }));
        ring.wait_drained(Duration::from_secs(60));
        JobResult::Errored
    });
    Ok(ExitCode::from(match result {
        JobResult::Passed => 0,
        JobResult::Failed => 1,
        JobResult::Errored => 2,
        JobResult::Canceled => 3,
    }))
}

fn supervise(
    script: &Script,
    place: Place,
    toolbox: PathBuf,
    ring: &Arc<Ring>,
    events: Sender<Event>,
    (inbox, held): (Receiver<Event>, Held),
) -> Result<JobResult, Failed> {
    let program = Program::find(script);
    ring.record(&Record::hello(program.path.to_string_lossy()));
    let terminal = Terminal::open(Arc::clone(ring), events.clone())?;
    let reports = Reports::listen(&place.reports(), events.clone())?;
    let reaper = reaper::Reaper::default();
    reaper.run(events);
    let shells = Shells::new(program, place, reaper, toolbox);
    let inbox = (inbox, held);
    let session = Session::new(script, Arc::clone(ring), inbox, terminal, reports, shells);
    let mut machine = Machine::new(session, Arc::clone(ring));
    let outcome = machine.run(&script.steps);
    machine.await_release();
    Ok(outcome.result)
}

/// One script from standard input: its length in four bytes, then itself. None where the agent that
/// was to send it is gone.
fn read_script() -> Result<Option<Script>, Failed> {
    let mut stdin = std::io::stdin().lock();
    let mut length = [0; 4];
    match stdin.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_SCRIPT {
        return Err("the script is too long".into());
    }
    let mut bytes = Vec::new();
    stdin.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Ok(None);
    }
    let script = Script::decode(&bytes)?;
    bytes.fill(0);
    Ok(Some(script))
}

/// Digits that nobody in the job can guess.
fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if read.is_err() {
        // Without a source: a name that is at least unlike others.
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        for (byte, from) in bytes.iter_mut().zip(since.as_nanos().to_le_bytes()) {
            *byte = from;
        }
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
