//! What the supervisor's threads tell the one that decides.

use std::time::Duration;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A shell reported, or died telling its options.
    Report(Report),
    /// A mark came out of the terminal: all output before it is in the ring.
    Drained(u64),
    /// A child ended, with 128 and the signal's number for a signal.
    Exited {
        /// The child.
        pid: i32,
        /// Its status.
        status: i32,
    },
    /// The agent wants the job canceled.
    Cancel(Duration),
    /// The agent lets a job go on that waits where it stopped.
    Go,
    /// The backend wants everything ended, now.
    Stop(Duration),
}

/// What comes through the pipe of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// A command is over.
    Command(CommandReport),
    /// The shell is about to end, with these options in force.
    LastWords {
        /// `$-`
        flags: Vec<u8>,
    },
    /// `travis_terminate N`
    Terminate(i32),
    /// The supervisor's own: all that was written before it has been read.
    Sync(u64),
}

/// The state of a shell after a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommandReport {
    /// Which command, as numbered by the supervisor.
    pub(crate) number: u64,
    /// Its status.
    pub(crate) status: i32,
    /// `$-`
    pub(crate) flags: Vec<u8>,
    /// The directory.
    pub(crate) directory: Vec<u8>,
    /// `export -p`: shell text that brings the exported variables back. May hold secrets.
    pub(crate) exports: Vec<u8>,
}
