//! What is said to a supervisor over an attachment.

use super::wire::{Reader, Writer};
use std::time::Duration;

/// A frame to a supervisor: one byte of kind and eight of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// All records before this offset are safe with the agent and may be dropped.
    Ack(u64),
    /// End the job as canceled: TERM, this time, KILL.
    Cancel {
        /// Between TERM and KILL.
        grace: Duration,
    },
    /// A job that waits where it stopped goes on. Means nothing to one that does not wait.
    Go,
}

impl Frame {
    /// The length of every frame, in bytes.
    pub const LENGTH: usize = 9;

    /// As bytes.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let mut to = Writer::default();
        match self {
            Self::Ack(offset) => {
                to.u8(0);
                to.u64(offset);
            }
            Self::Cancel { grace } => {
                to.u8(1);
                to.u64(u64::try_from(grace.as_millis()).unwrap_or(u64::MAX));
            }
            Self::Go => {
                to.u8(2);
                to.u64(0);
            }
        }
        to.0
    }

    /// Reads a frame; `None` for one of a newer agent, which is to be passed over.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LENGTH]) -> Option<Self> {
        let mut from = Reader(&bytes);
        match (from.u8().ok()?, from.u64().ok()?) {
            (0, offset) => Some(Self::Ack(offset)),
            (1, grace) => Some(Self::Cancel {
                grace: Duration::from_millis(grace),
            }),
            (2, _) => Some(Self::Go),
            _ => None,
        }
    }
}
