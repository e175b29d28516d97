//! Carries records out of the container and frames into it.

use crate::Failed;
use crate::place::Place;
use crate::supervise::greeting::{Answer, Greeting};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use rustix::process::DumpableBehavior;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a supervisor that is just starting may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(from: u64) -> Result<ExitCode, Failed> {
    let mut socket = connect(&Place::of_this_process())?;
    let direct = lend_stdout();
    let stdout = rustix::stdio::stdout();
    Greeting::Attach(from).send(&socket, direct.then_some(stdout))?;
    match Answer::receive(&mut socket)? {
        Answer::Welcome => {}
        Answer::Dropped => {
            return Err(format!(
                "records from offset {from} on are not there: they were acknowledged before"
            )
            .into());
        }
        Answer::Refused => return Err(REFUSED.into()),
    }
    let frames = socket.try_clone()?;
    std::thread::spawn(move || forward_frames(frames));
    // With stdout lent, nothing comes here but the end.
    copy(&mut socket, &mut std::io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}

/// Why a process of the job gets nothing.
pub(crate) const REFUSED: &str = "the supervisor speaks with the agent only";

/// Connects; waits a while for a supervisor that is not there yet.
pub(crate) fn connect(place: &Place) -> Result<UnixStream, Failed> {
    // The job runs as the same user: it must not get at the streams, on which the agent relies.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let path = place.socket();
    let start = Instant::now();
    loop {
        match UnixStream::connect(&path) {
            Ok(socket) => return Ok(socket),
            Err(error) if start.elapsed() > PATIENCE => {
                return Err(format!("no supervisor answers at {}: {error}", path.display()).into());
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Makes standard output ready for the supervisor to write into, where it is a pipe or socket.
///
/// It must not block there; a terminal is left alone, because others may share it.
fn lend_stdout() -> bool {
    let stdout = rustix::stdio::stdout();
    let Ok(stat) = rustix::fs::fstat(stdout) else {
        return false;
    };
    let kind = FileType::from_raw_mode(stat.st_mode);
    if !matches!(kind, FileType::Fifo | FileType::Socket) {
        return false;
    }
    let unblock = || -> Result<(), Errno> {
        let flags = rustix::fs::fcntl_getfl(stdout)?;
        rustix::fs::fcntl_setfl(stdout, flags | OFlags::NONBLOCK)
    };
    unblock().is_ok()
}

fn forward_frames(mut socket: UnixStream) {
    let _ = copy(&mut std::io::stdin().lock(), &mut socket);
    let _ = socket.shutdown(Shutdown::Write);
}

fn copy(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                to.write_all(buffer.get(..count).unwrap_or_default())?;
                to.flush()?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
