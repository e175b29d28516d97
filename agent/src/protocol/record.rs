//! The supervisor's stream: records one after another, each with a kind and a length in front.

use super::outcome::{Cause, CommandId, Outcome};
use super::script::Phase;
use super::wire::{DecodeError, Reader, Writer};
use super::{MAX_RECORD, VERSION};

const HEADER: usize = 5;

/// One thing a supervisor tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The first record of every stream.
    Hello {
        /// [`VERSION`] of the supervisor.
        version: u16,
        /// The job's shell, e.g. `/bin/bash`.
        shell: String,
    },
    /// Bytes of the log. May hold secrets until masked.
    Output(Vec<u8>),
    /// A phase began.
    PhaseStarted {
        /// Which.
        phase: Phase,
        /// The deploy entry, from 0.
        entry: Option<u32>,
    },
    /// One of the user's commands began.
    CommandStarted(CommandId),
    /// One of the user's commands ended, by itself or with the shell.
    CommandFinished {
        /// Which.
        command: CommandId,
        /// Its status.
        status: i32,
        /// How long it took, in nanoseconds.
        duration: u64,
    },
    /// A deploy entry is not run because one of its conditions does not hold.
    EntrySkipped {
        /// Which, from 0.
        entry: u32,
    },
    /// The job failed for this cause and waits where it stopped, until it is told to go on.
    Held(Cause),
    /// The job ended. Always the last record.
    Ended(Outcome),
    /// Something that a newer supervisor tells; to be passed over.
    Unknown(u8),
}

impl Record {
    /// The hello of this version.
    #[must_use]
    pub fn hello(shell: impl Into<String>) -> Self {
        Self::Hello {
            version: VERSION,
            shell: shell.into(),
        }
    }

    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::default();
        to.u8(self.kind());
        to.u32(0);
        match self {
            Self::Hello { version, shell } => {
                to.u16(*version);
                to.text(shell);
            }
            Self::Output(bytes) => to.0.extend_from_slice(bytes),
            Self::PhaseStarted { phase, entry } => {
                to.u8(phase.code());
                to.option(*entry);
            }
            Self::CommandStarted(command) => command.encode(&mut to),
            Self::CommandFinished {
                command,
                status,
                duration,
            } => {
                command.encode(&mut to);
                to.i32(*status);
                to.u64(*duration);
            }
            Self::EntrySkipped { entry } => to.u32(*entry),
            Self::Held(cause) => cause.encode(&mut to),
            Self::Ended(outcome) => outcome.encode(&mut to),
            Self::Unknown(_) => {}
        }
        let payload = to.0.len().saturating_sub(HEADER);
        let length = u32::try_from(payload).unwrap_or(u32::MAX).to_le_bytes();
        if let Some(field) = to.0.get_mut(1..HEADER) {
            field.copy_from_slice(&length);
        }
        to.0
    }

    /// The header of an output record of so many bytes, so that they need not be copied.
    #[must_use]
    pub fn output_header(length: u32) -> [u8; HEADER] {
        let [a, b, c, d] = length.to_le_bytes();
        [1, a, b, c, d]
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Hello { .. } => 0,
            Self::Output(_) => 1,
            Self::PhaseStarted { .. } => 2,
            Self::CommandStarted(_) => 3,
            Self::CommandFinished { .. } => 4,
            Self::EntrySkipped { .. } => 5,
            Self::Ended(_) => 6,
            Self::Held(_) => 7,
            Self::Unknown(kind) => *kind,
        }
    }

    fn decode(kind: u8, payload: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Reader(payload);
        let record = match kind {
            0 => Self::Hello {
                version: from.u16()?,
                shell: from.text()?,
            },
            1 => return Ok(Self::Output(payload.to_vec())),
            2 => Self::PhaseStarted {
                phase: Phase::from_code(from.u8()?)?,
                entry: from.option()?,
            },
            3 => Self::CommandStarted(CommandId::decode(&mut from)?),
            4 => Self::CommandFinished {
                command: CommandId::decode(&mut from)?,
                status: from.i32()?,
                duration: from.u64()?,
            },
            5 => Self::EntrySkipped { entry: from.u32()? },
            6 => Self::Ended(Outcome::decode(&mut from)?),
            7 => Self::Held(Cause::decode(&mut from)?),
            kind => return Ok(Self::Unknown(kind)),
        };
        from.end()?;
        Ok(record)
    }
}

/// Takes the stream in pieces of any size and gives records with their offsets.
///
/// ```
/// use agent::protocol::{Record, RecordReader};
///
/// let mut reader = RecordReader::new(0);
/// reader.feed(&Record::Output(b"hi".to_vec()).encode());
/// assert_eq!(reader.next(), Ok(Some((7, Record::Output(b"hi".to_vec())))));
/// assert_eq!(reader.next(), Ok(None));
/// ```
#[derive(Debug, Default)]
pub struct RecordReader {
    buffer: Vec<u8>,
    start: usize,
    offset: u64,
}

impl RecordReader {
    /// A reader for a stream that begins at an offset: what was attached from.
    #[must_use]
    pub fn new(from: u64) -> Self {
        Self {
            offset: from,
            ..Self::default()
        }
    }

    /// Takes more bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The offset behind the last record that was given: what to acknowledge and attach from.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What was taken and is not yet given as records.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// The next whole record with the offset behind it, or `None` until more bytes came.
    ///
    /// # Errors
    /// When the bytes are no records; the stream is of no use from there on.
    #[allow(clippy::should_implement_trait)] // no iterator: more may come after `None`
    pub fn next(&mut self) -> Result<Option<(u64, Record)>, DecodeError> {
        let mut from = Reader(self.buffer.get(self.start..).unwrap_or_default());
        let Ok(kind) = from.u8() else {
            return Ok(None);
        };
        let Ok(length) = from.u32() else {
            return Ok(None);
        };
        let length = length as usize;
        if length > MAX_RECORD {
            return Err(DecodeError::TooLong);
        }
        let Ok(payload) = from.take(length) else {
            return Ok(None);
        };
        let record = Record::decode(kind, payload)?;
        self.start += HEADER + length;
        self.offset += (HEADER + length) as u64;
        Ok(Some((self.offset, record)))
    }
}
