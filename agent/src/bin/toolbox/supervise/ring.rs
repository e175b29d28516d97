//! The records that the agent has not acknowledged yet: a bounded stream of bytes.
//!
//! Offsets count bytes since the beginning of the job. A full ring makes the terminal's reader
//! wait, and so the job. The supervisor's own few words are never kept waiting: they would stop
//! the one who watches over limits and cancels.

use crate::protocol::Record;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many bytes may lie unacknowledged before the job has to wait.
pub(crate) const CAPACITY: usize = 8 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Ring {
    inner: Mutex<Inner>,
    /// Records came or were dropped, or the ring was closed.
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug)]
struct Inner {
    bytes: VecDeque<u8>,
    /// Offset of the first byte.
    start: u64,
    closed: bool,
    /// Whether the job is waiting for room.
    blocked: bool,
    last_push: Instant,
    /// The last byte of the log itself, markers aside.
    last_byte: u8,
}

impl Ring {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            inner: Mutex::new(Inner {
                bytes: VecDeque::new(),
                start: 0,
                closed: false,
                blocked: false,
                last_push: Instant::now(),
                last_byte: b'\n',
            }),
            changed: Condvar::new(),
            capacity,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Output of the job. Waits while the ring is full; dropped once the ring is closed.
    pub(crate) fn output_of_job(&self, bytes: &[u8]) {
        let mut inner = self.lock();
        while inner.bytes.len() >= self.capacity && !inner.closed {
            inner.blocked = true;
            inner = self
                .changed
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inner.blocked = false;
        self.append_output(inner, bytes);
    }

    /// The supervisor's own part of the log. Never waits.
    pub(crate) fn output(&self, bytes: &[u8]) {
        self.append_output(self.lock(), bytes);
    }

    /// Folds and timers: they move no line.
    pub(crate) fn marker(&self, bytes: &[u8]) {
        let inner = self.lock();
        let last_byte = inner.last_byte;
        self.append(inner, bytes, last_byte);
    }

    fn append_output(&self, inner: MutexGuard<'_, Inner>, bytes: &[u8]) {
        if let Some(last) = bytes.last() {
            self.append(inner, bytes, *last);
        }
    }

    fn append(&self, mut inner: MutexGuard<'_, Inner>, bytes: &[u8], last_byte: u8) {
        let Ok(length) = u32::try_from(bytes.len()) else {
            return;
        };
        if inner.closed {
            return;
        }
        inner.last_push = Instant::now();
        inner.last_byte = last_byte;
        inner.bytes.extend(Record::output_header(length));
        inner.bytes.extend(bytes);
        drop(inner);
        self.changed.notify_all();
    }

    /// Any other record. Never waits. Nothing follows [`Record::Ended`].
    pub(crate) fn record(&self, record: &Record) {
        let mut inner = self.lock();
        if inner.closed {
            return;
        }
        inner.bytes.extend(record.encode());
        inner.closed = matches!(record, Record::Ended(_));
        drop(inner);
        self.changed.notify_all();
    }

    /// Whether the log is at the beginning of a line.
    pub(crate) fn at_line_start(&self) -> bool {
        self.lock().last_byte == b'\n'
    }

    /// Since when nothing has been written; `None` while the job waits for room.
    pub(crate) fn quiet_since(&self) -> Option<Instant> {
        let inner = self.lock();
        (!inner.blocked).then_some(inner.last_push)
    }

    /// Counts silence from now on.
    pub(crate) fn quiet_from_now(&self) {
        self.lock().last_push = Instant::now();
    }

    /// Drops what lies before an offset. Offsets of no sense change nothing.
    pub(crate) fn acknowledge(&self, offset: u64) {
        let mut inner = self.lock();
        let Some(count) = offset.checked_sub(inner.start) else {
            return;
        };
        let Some(count) = usize::try_from(count)
            .ok()
            .filter(|count| *count <= inner.bytes.len())
        else {
            return;
        };
        if inner.blocked {
            // While the job was kept waiting it could not have said anything.
            inner.last_push = Instant::now();
        }
        inner.bytes.drain(..count);
        inner.start = offset;
        drop(inner);
        self.changed.notify_all();
    }

    /// Whether an offset can be read from: what lies behind it is still there.
    pub(crate) fn holds(&self, offset: u64) -> bool {
        let inner = self.lock();
        (inner.start..=inner.start + inner.bytes.len() as u64).contains(&offset)
    }

    /// Copies bytes from an offset on into `into`; waits up to `patience` for the first one.
    /// `Some(0)` when none came, `None` when the offset is not there any more.
    pub(crate) fn read(&self, offset: u64, into: &mut [u8], patience: Duration) -> Option<usize> {
        let mut inner = self.lock();
        if inner.start + inner.bytes.len() as u64 == offset {
            inner = self
                .changed
                .wait_timeout(inner, patience)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let skip = usize::try_from(offset.checked_sub(inner.start)?).ok()?;
        let (front, back) = inner.bytes.as_slices();
        let (front, back) = match front.split_at_checked(skip) {
            Some((_, front)) => (front, back),
            None => (&[][..], back.get(skip - front.len()..)?),
        };
        let mut count = 0;
        for part in [front, back] {
            let room = into.get_mut(count..).unwrap_or_default();
            let length = room.len().min(part.len());
            if let (Some(room), Some(part)) = (room.get_mut(..length), part.get(..length)) {
                room.copy_from_slice(part);
                count += length;
            }
        }
        Some(count)
    }

    /// Waits until all is acknowledged after the end, or for that long. Says whether it is so.
    pub(crate) fn wait_drained(&self, patience: Duration) -> bool {
        let done = |inner: &Inner| inner.closed && inner.bytes.is_empty();
        let inner = self.lock();
        let (inner, _) = self
            .changed
            .wait_timeout_while(inner, patience, |inner| !done(inner))
            .unwrap_or_else(PoisonError::into_inner);
        done(&inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Cause, JobResult, Outcome};
    use std::sync::Arc;

    fn read(ring: &Ring, offset: u64) -> Option<Vec<u8>> {
        let mut buffer = [0; 1000];
        let count = ring.read(offset, &mut buffer, Duration::ZERO)?;
        Some(buffer[..count].to_vec())
    }

    #[test]
    fn what_is_not_acknowledged_can_be_read_again() {
        let ring = Ring::new(100);
        ring.output(b"one");
        ring.output(b"two");
        assert_eq!(
            read(&ring, 0).unwrap(),
            b"\x01\x03\0\0\0one\x01\x03\0\0\0two"
        );
        ring.acknowledge(8);
        assert_eq!(read(&ring, 0), None);
        assert_eq!(read(&ring, 8).unwrap(), b"\x01\x03\0\0\0two");
        assert_eq!(read(&ring, 16).unwrap(), b"");
        assert!(ring.holds(16) && !ring.holds(17) && !ring.holds(7));
    }

    #[test]
    fn acknowledgements_without_sense_change_nothing() {
        let ring = Ring::new(100);
        ring.output(b"one");
        ring.acknowledge(9);
        ring.acknowledge(u64::MAX);
        ring.acknowledge(8);
        ring.acknowledge(3);
        assert!(ring.holds(8) && !ring.holds(3));
    }

    #[test]
    fn a_full_ring_makes_the_job_wait_and_counts_no_silence() {
        let ring = Arc::new(Ring::new(10));
        ring.output(&[b'x'; 20]);
        let job = std::thread::spawn({
            let ring = Arc::clone(&ring);
            move || ring.output_of_job(b"more")
        });
        while ring.quiet_since().is_some() {
            std::thread::yield_now();
        }
        ring.acknowledge(25);
        job.join().unwrap();
        assert!(ring.quiet_since().is_some());
        assert_eq!(read(&ring, 25).unwrap(), b"\x01\x04\0\0\0more");
    }

    #[test]
    fn nothing_follows_the_end() {
        let ring = Ring::new(100);
        ring.record(&Record::Ended(Outcome {
            result: JobResult::Passed,
            cause: Cause::Finished,
            warnings: Vec::new(),
        }));
        let end = read(&ring, 0).unwrap().len() as u64;
        ring.output(b"late");
        ring.output_of_job(b"late");
        assert!(!ring.wait_drained(Duration::ZERO));
        ring.acknowledge(end);
        assert!(ring.wait_drained(Duration::ZERO));
    }

    #[test]
    fn markers_do_not_move_the_line() {
        let ring = Ring::new(100);
        ring.output(b"half");
        ring.marker(b"travis_fold:end:x\r\x1b[0K");
        assert!(!ring.at_line_start());
        ring.output(b"\r\n");
        ring.marker(b"travis_fold:end:x\r\x1b[0K");
        assert!(ring.at_line_start());
    }
}
