//! The file beside a log's segments from which another process goes on with the job.
//!
//! One line of JSON, then commands and outcome as the supervisor's own records. It holds no secret:
//! places, numbers, and an outcome that was masked.

use crate::atomic_file::{self, Mode};
use crate::log;
use crate::protocol::{Record, RecordReader};
use crate::runner::execute::{Checkpoint, CommandTime};
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Written by this version; a file of another is not used.
const VERSION: u32 = 1;

/// Where a job and its log stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saved {
    /// The lease under which the job was begun; another began it anew.
    pub(super) epoch: u64,
    /// The offset after the log's last byte.
    pub(super) log_end: u64,
    /// Where the job stood.
    pub(super) at: Checkpoint,
}

#[derive(Deserialize, Serialize)]
struct Head {
    version: u32,
    epoch: u64,
    log_end: u64,
    from: u64,
    skip: u64,
    heard: u64,
    masked: u64,
    masked_until: Option<u64>,
}

/// The file of a log's folder.
fn path(folder: &Path) -> PathBuf {
    folder.join("checkpoint")
}

/// Replaces the checkpoint in one step.
pub(super) fn write(folder: &Path, saved: &Saved) -> io::Result<()> {
    let at = &saved.at;
    let head = Head {
        version: VERSION,
        epoch: saved.epoch,
        log_end: saved.log_end,
        from: at.from,
        skip: at.skip,
        heard: at.heard,
        masked: at.mask.raw,
        masked_until: at.mask.masked_until,
    };
    let mut bytes = serde_json::to_vec(&head)?;
    bytes.push(b'\n');
    for command in &at.commands {
        let record = Record::CommandFinished {
            command: command.command,
            status: command.status,
            duration: u64::try_from(command.took.as_nanos()).unwrap_or(u64::MAX),
        };
        bytes.extend(record.encode());
    }
    if let Some(outcome) = &at.outcome {
        bytes.extend(Record::Ended(outcome.clone()).encode());
    }
    atomic_file::write(&path(folder), &bytes, Mode::Exactly(0o600))
}

/// Reads the checkpoint of a lease; none where there is none that can be used.
pub(super) fn read(folder: &Path, epoch: u64) -> Option<Saved> {
    let bytes = std::fs::read(path(folder)).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, records) = bytes.split_at_checked(end + 1)?;
    let head: Head = serde_json::from_slice(head).ok()?;
    if head.version != VERSION || head.epoch != epoch {
        return None;
    }
    let mut at = Checkpoint {
        from: head.from,
        skip: head.skip,
        heard: head.heard,
        mask: log::Checkpoint {
            raw: head.masked,
            masked_until: head.masked_until,
        },
        commands: Vec::new(),
        outcome: None,
    };
    let mut reader = RecordReader::new(0);
    reader.feed(records);
    while let Some((_, record)) = reader.next().ok()? {
        match record {
            Record::CommandFinished {
                command,
                status,
                duration,
            } => at.commands.push(CommandTime {
                command,
                status,
                took: Duration::from_nanos(duration),
            }),
            Record::Ended(outcome) => at.outcome = Some(outcome),
            _ => return None,
        }
    }
    Some(Saved {
        epoch,
        log_end: head.log_end,
        at,
    })
}

/// Forgets the checkpoint.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match std::fs::remove_file(path(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Cause, CommandId, JobResult, Outcome, Phase};

    #[test]
    fn a_checkpoint_reads_as_it_was_written_and_only_for_its_lease() {
        let folder = tempfile::tempdir().unwrap();
        let command = CommandId {
            phase: Phase::Script,
            entry: None,
            number: 2,
        };
        let saved = Saved {
            epoch: 7,
            log_end: 4711,
            at: Checkpoint {
                from: 5000,
                skip: 3,
                heard: 6000,
                mask: log::Checkpoint {
                    raw: 4720,
                    masked_until: Some(4730),
                },
                commands: vec![CommandTime {
                    command,
                    status: 3,
                    took: Duration::from_millis(12),
                }],
                outcome: Some(Outcome {
                    result: JobResult::Failed,
                    cause: Cause::CommandFailed { command, status: 3 },
                    warnings: Vec::new(),
                }),
            },
        };
        write(folder.path(), &saved).unwrap();
        assert_eq!(read(folder.path(), 7), Some(saved));
        assert_eq!(read(folder.path(), 8), None);
        remove(folder.path()).unwrap();
        remove(folder.path()).unwrap();
        assert_eq!(read(folder.path(), 7), None);
    }
}
