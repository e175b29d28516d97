//! Asks the supervisor to end everything.

use crate::place::Place;
use crate::supervise::greeting::{Answer, Greeting};
use crate::{Failed, attach};
use std::io::Read;
use std::process::ExitCode;
use std::time::Duration;

/// Returns when the supervisor is gone.
pub(crate) fn run(grace: u64) -> Result<ExitCode, Failed> {
    let mut socket = attach::connect(&Place::of_this_process())?;
    Greeting::Stop(Duration::from_millis(grace)).send(&socket, None)?;
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest);
    match Answer::receive(&mut rest.as_slice()) {
        Ok(Answer::Refused) => Err(attach::REFUSED.into()),
        Ok(_) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
