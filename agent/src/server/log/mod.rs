//! A job's log for readers: in its page, live, and raw.
//!
//! ```text
//!  segment files ─► feed ─► items (lines, folds) ─┬► page (HTML, as it is read)
//!        ▲                                        └► events (the same as JSON, as it grows)
//!        └── raw (bytes as they are)
//! ```
//!
//! Everything is pulled by the reader and read from the files, so a slow reader holds one block.

mod events;
mod feed;
mod items;
pub(super) mod missing;
mod page;
mod palette;
mod raw;
pub(super) mod sgr;

pub(super) use events::events;
pub(super) use page::page;
pub(super) use raw::raw;

use crate::log::LogId;
use crate::store::{Attempt, JobRow};
use serde::Deserialize;

/// Which attempt's log is wanted; the present one where nothing is said.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    attempt: Option<u32>,
}

/// An attempt of a job.
pub(super) fn attempt<'a>(
    row: &'a JobRow,
    earlier: &'a [Attempt],
    which: Which,
) -> Option<&'a Attempt> {
    let number = which.attempt.unwrap_or(row.attempt.number);
    let mut all = earlier.iter().chain([&row.attempt]);
    all.find(|attempt| attempt.number == number)
}

/// The name of an attempt's log.
pub(super) fn id(row: &JobRow, attempt: u32) -> LogId {
    LogId {
        job: row.id.0,
        attempt,
    }
}
