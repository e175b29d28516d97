//! Where another process can go on with a job.

use super::end::CommandTime;
use crate::log;
use crate::protocol::Outcome;

/// What was heard of a job by a certain moment, for a process that goes on from there.
///
/// The records from [`from`](Self::from) on are still with the supervisor: it is told that it may
/// forget those before. Some of them were heard already, because the masker held back what they
/// printed; so their output counts from [`skip`](Self::skip) on, and the rest of them from
/// [`heard`](Self::heard) on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The offset of the first record that is needed again.
    pub from: u64,
    /// Bytes of output from there on whose fate is in the log already.
    pub skip: u64,
    /// The offset after the last record that was heard.
    pub heard: u64,
    /// Where the masker stood when it had written what is in the log.
    pub mask: log::Checkpoint,
    /// The commands that ended up to [`heard`](Self::heard).
    pub commands: Vec<CommandTime>,
    /// How the job ended, once it has; it holds no secret.
    pub outcome: Option<Outcome>,
}
