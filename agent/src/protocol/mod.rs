//! What the agent and the supervisor in a job's container say to each other.
//!
//! The agent hands the supervisor one [`Script`] over its standard input. The supervisor runs it
//! and keeps a stream of [`Record`]s in a bounded ring. Whoever attaches reads that stream from a
//! byte offset and answers with [`Frame`]s: acknowledgements, which free the ring, or a cancel.
//!
//! Standard library only: the toolbox compiles this room too.

mod frame;
mod outcome;
mod record;
mod script;
mod wire;

pub use frame::Frame;
pub use outcome::{Cause, CommandId, JobResult, Outcome, Warning};
pub use record::{Record, RecordReader};
pub use script::{Command, Failure, Limits, Phase, PhaseStart, Script, Step, When};
pub use wire::DecodeError;

/// The version of this protocol; told in [`Record::Hello`].
pub const VERSION: u16 = 1;

/// The exit code of a supervisor whose standard input ended before it had its whole script: nothing of
/// the job has run, and nothing will. Nothing that a job does ends its supervisor so.
pub const NO_SCRIPT: u8 = 4;

/// The longest encoded script that a supervisor takes, in bytes.
pub const MAX_SCRIPT: usize = 64 * 1024 * 1024;

/// The longest payload of one record, in bytes. Output is cut into records far below it.
pub const MAX_RECORD: usize = 8 * 1024 * 1024;
