//! The supervisor's own part of the log, byte for byte (run-time reference §13).

use crate::protocol::Command;
use std::time::Duration;

const CLEAR: &str = "\r\x1b[0K";
const RED: &str = "\x1b[31;1m";
const GREEN: &str = "\x1b[32;1m";
const YELLOW: &str = "\x1b[33;1m";
const RESET: &str = "\x1b[0m";

pub(crate) fn fold_start(name: &str) -> String {
    format!("travis_fold:start:{name}{CLEAR}")
}

pub(crate) fn fold_end(name: &str) -> String {
    format!("travis_fold:end:{name}{CLEAR}")
}

pub(crate) fn time_start(id: &str) -> String {
    format!("travis_time:start:{id}{CLEAR}")
}

/// Times are nanoseconds since 1970 and of the duration.
pub(crate) fn time_end(id: &str, start: u128, duration: u128, event: &str) -> String {
    let finish = start + duration;
    format!(
        "travis_time:end:{id}:start={start},finish={finish},duration={duration},event={event}{CLEAR}"
    )
}

/// After each command of `script`, but for one without a name: that tells by itself.
pub(crate) fn verdict(command: &Command, status: i32) -> String {
    let Some(label) = &command.label else {
        return String::new();
    };
    let colour = if status == 0 { GREEN } else { RED };
    format!("{colour}The command \"{label}\" exited with {status}.{RESET}\r\n")
}

/// A command failed that must not; names phase, command and line (decision 18).
pub(crate) fn failed(command: &Command, status: i32) -> String {
    let place = &command.place;
    let Some(label) = &command.label else {
        return String::new();
    };
    format!(
        "{RED}The command \"{label}\" failed and exited with {status} during {place}.{RESET}\r\n"
    )
}

pub(crate) fn stopped() -> &'static str {
    "\r\nYour build has been stopped.\r\n"
}

/// The shell ended by itself and the job with it (decision 19).
pub(crate) fn job_ended_itself(command: &Command, status: i32) -> String {
    let how = how_it_ended(command, status);
    let colour = if status == 0 { YELLOW } else { RED };
    format!("{colour}{how}, which ends the job.{RESET}\r\n")
}

/// `set -e` ended the shell in `script` (decision 20).
pub(crate) fn script_cut_short(command: &Command, status: i32) -> String {
    let how = how_it_ended(command, status);
    format!("{RED}{how} while `set -e` was on; the rest of script does not run.{RESET}\r\n")
}

/// The shell ended where that ends only the phase (decision 19).
pub(crate) fn phase_cut_short(command: &Command, status: i32, phase: &str) -> String {
    let how = how_it_ended(command, status);
    format!("{YELLOW}{how}; the rest of {phase} does not run.{RESET}\r\n")
}

/// `exit 0` before a deployment.
pub(crate) fn entry_cut_short(command: &Command) -> String {
    let how = how_it_ended(command, 0);
    format!("{YELLOW}{how}; this deployment does not run.{RESET}\r\n")
}

fn how_it_ended(command: &Command, status: i32) -> String {
    let place = &command.place;
    match status {
        129..=192 => format!(
            "The shell was killed by signal {} during {place}",
            status - 128
        ),
        _ => format!("The shell ended with {status} during {place}"),
    }
}

/// A command in `after_success` failed, which counts for nothing else (decision 21).
pub(crate) fn warning(command: &Command, status: i32) -> String {
    format!(
        "{YELLOW}Warning: the command \"{}\" exited with {status} during {}. \
         The result of the job stays as it is.{RESET}\r\n",
        command.label.as_deref().unwrap_or_default(),
        command.place
    )
}

pub(crate) fn deploy_failed(tolerated: bool) -> String {
    if tolerated {
        format!("{YELLOW}failed to deploy (allowed to fail){RESET}\r\n")
    } else {
        format!("{RED}failed to deploy{RESET}\r\n")
    }
}

pub(crate) fn done(number: i32) -> String {
    format!("\r\nDone. Your build exited with {number}.\r\n")
}

pub(crate) fn canceled() -> &'static str {
    "\r\n\r\nDone: Job Cancelled\r\n\r\n"
}

pub(crate) fn silence(limit: Duration) -> String {
    format!(
        "\r\n\r\nNo output has been received in the last {}, this potentially indicates a \
         stalled build or something wrong with the build itself.\r\n\
         Give the job a longer silence_timeout, or run the command with travis_wait.\r\n\r\n\
         The build has been terminated\r\n\r\n",
        duration(limit)
    )
}

pub(crate) fn too_long(limit: Duration) -> String {
    format!(
        "\r\n\r\nThe job exceeded the maximum time limit for jobs, and has been terminated.\r\n\
         The limit is {}; a job's timeout can lower it.\r\n\r\n",
        duration(limit)
    )
}

pub(crate) fn broken(reason: &str) -> String {
    format!("{RED}The job cannot go on: {reason}{RESET}\r\n")
}

/// As `10m0s`.
fn duration(of: Duration) -> String {
    let seconds = of.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) if of.subsec_millis() > 0 => format!("{:.1}s", of.as_secs_f64()),
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_the_reference() {
        assert_eq!(duration(Duration::from_secs(600)), "10m0s");
        assert_eq!(duration(Duration::from_secs(7200)), "2h0m0s");
        assert_eq!(duration(Duration::from_secs(9)), "9s");
        assert_eq!(duration(Duration::from_millis(300)), "0.3s");
    }

    #[test]
    fn markers_have_the_bytes_that_renderers_look_for() {
        assert_eq!(fold_start("install"), "travis_fold:start:install\r\x1b[0K");
        assert_eq!(
            time_end("095f3e40", 10, 5, "install"),
            "travis_time:end:095f3e40:start=10,finish=15,duration=5,event=install\r\x1b[0K"
        );
    }
}
