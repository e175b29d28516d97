//! Keeps the beginning and the end of a log that is too long (decision 23).

use std::io::{self, Write};
use std::path::Path;

use super::masked::{Masked, MaskedBuf};
use super::segments::{LogError, Read, SEGMENT, Segments};

/// Bytes read at once when a log is copied.
const BLOCK: usize = 64 << 10;

/// How much of a log is kept, in bytes, rounded up to whole segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of its beginning.
    pub head: u64,
    /// Of its end.
    pub tail: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 << 20,
            tail: 4 << 20,
        }
    }
}

impl Limits {
    /// Small limits get small segments, so that rounding up to them adds little.
    fn segment(self) -> u64 {
        (self.tail / 4).clamp(1, SEGMENT)
    }

    /// The beginning, in whole segments.
    fn head(self) -> u64 {
        self.head.next_multiple_of(self.segment())
    }
}

/// A log of bounded size on disk, whatever a job prints; nothing of it is held in memory.
///
/// While the job runs the end is a ring of segments: the oldest one behind the beginning goes
/// when it is no longer needed. So all that is kept is on disk at any time, and a restarted agent
/// finds it there.
#[derive(Debug)]
pub struct LimitedLog {
    segments: Segments,
    limits: Limits,
}

impl LimitedLog {
    /// Opens the log in `folder`, made where it is not there.
    ///
    /// # Errors
    /// As [`Segments::open`].
    pub fn open(folder: &Path, limits: Limits) -> Result<Self, LogError> {
        Ok(Self {
            segments: Segments::open(folder, limits.segment())?,
            limits,
        })
    }

    /// Takes bytes; gives the offset of the first of them.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn append(&mut self, bytes: Masked<'_>) -> Result<u64, LogError> {
        let from = self.segments.end();
        let mut rest = bytes;
        while !rest.is_empty() {
            // In steps, so that one large block does not fill the disk before the middle goes.
            let (now, later) = rest.split_at(BLOCK);
            self.segments.append(now)?;
            rest = later;
            let tail = self.segments.end().saturating_sub(self.limits.tail);
            self.segments.drop_between(self.limits.head(), tail)?;
        }
        Ok(from)
    }

    /// Bytes that were dropped so far.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.segments.end() - self.segments.stored()
    }

    /// The segments: to read from an offset, to cut off at a checkpoint, to sync.
    pub fn segments(&mut self) -> &mut Segments {
        &mut self.segments
    }

    /// Writes the log as it is to be read, with a line where something is missing.
    ///
    /// # Errors
    /// The log cannot be read, or `to` cannot be written.
    pub fn copy_to(&self, to: &mut impl Write) -> Result<(), CopyError> {
        let mut offset = 0;
        let mut block = MaskedBuf::new();
        loop {
            block.clear();
            match self.segments.read(offset, BLOCK, &mut block)? {
                Read::Bytes(len) => offset += len as u64,
                Read::Missing { next } => {
                    block
                        .inner()
                        .extend(notice(next - offset, self.limits).into_bytes());
                    offset = next;
                }
                Read::End => return Ok(()),
            }
            to.write_all(block.bytes()).map_err(CopyError::Write)?;
        }
    }
}

/// Why a log cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] LogError),
    /// The other side does not take it.
    #[error("cannot write out the job log: {0}")]
    Write(io::Error),
}

/// The line between beginning and end, which stands on a line of its own.
#[must_use]
pub fn notice(missing: u64, limits: Limits) -> String {
    let Limits { head, tail } = limits;
    format!(
        "\x1b[0m\r\n\x1b[33;1m[{} of this log are left out here ({missing} bytes): of a long log \
         the first {} and the last {} are kept]\x1b[0m\r\n",
        size(missing),
        size(head),
        size(tail),
    )
}

fn size(bytes: u64) -> String {
    let unit = |shift: u32| {
        let tenths = bytes.saturating_mul(10) >> shift;
        match tenths % 10 {
            0 => format!("{}", tenths / 10),
            tenth => format!("{}.{tenth}", tenths / 10),
        }
    };
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", unit(10)),
        _ => format!("{} MiB", unit(20)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { head: 40, tail: 16 };

    fn log(folder: &Path, text: &str, pieces: usize) -> LimitedLog {
        let mut log = LimitedLog::open(folder, LIMITS).expect("opened");
        for piece in text.as_bytes().chunks(pieces) {
            let mut out = MaskedBuf::new();
            out.inner().extend_from_slice(piece);
            log.append(out.as_masked()).expect("appended");
        }
        log
    }

    fn copy(log: &LimitedLog) -> String {
        let mut out = Vec::new();
        log.copy_to(&mut out).expect("copied");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_log_within_its_limits_is_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let text = "0123456789".repeat(5);
        let log = log(dir.path(), &text, 7);
        assert_eq!((copy(&log), log.missing()), (text, 0));
    }

    #[test]
    fn a_long_log_keeps_its_beginning_and_its_end() {
        for pieces in [1, 7, 1000] {
            let dir = tempfile::tempdir().expect("a folder");
            let text: String = (0..1000).map(|n| format!("{n:04}")).collect();
            let log = log(dir.path(), &text, pieces);
            let all = copy(&log);
            let (head, rest) = all.split_once("\x1b[0m\r\n").expect("a notice");
            let (note, tail) = rest.split_once("\x1b[0m\r\n").expect("its end");
            assert_eq!(head, &text[..40]);
            assert!(
                text.ends_with(tail) && (16..24).contains(&tail.len()),
                "{tail}"
            );
            let missing = text.len() - head.len() - tail.len();
            assert_eq!(log.missing(), missing as u64);
            assert!(note.contains(&format!("({missing} bytes)")), "{note}");
            assert!(
                note.contains("the first 40 B and the last 16 B are kept"),
                "{note}"
            );
        }
    }

    #[test]
    fn disk_use_is_bounded_at_all_times() {
        let dir = tempfile::tempdir().expect("a folder");
        for _ in 0..50 {
            log(dir.path(), &"0123456789".repeat(10), 3);
            let files = std::fs::read_dir(dir.path()).expect("a folder");
            let sizes =
                files.map(|file| file.and_then(|file| file.metadata()).expect("there").len());
            assert!(sizes.sum::<u64>() <= 40 + 16 + 2 * LIMITS.segment());
        }
    }

    #[test]
    fn sizes_are_easy_to_read() {
        assert_eq!(
            notice(188_743_680, Limits::default())
                .matches("180 MiB")
                .count(),
            1
        );
        assert_eq!(
            (size(16 << 20), size(1536), size(3)),
            ("16 MiB".into(), "1.5 KiB".into(), "3 B".into())
        );
    }
}
