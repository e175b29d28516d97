//! Who writes which log now, and who waits for more of it.
//!
//! Bytes never pass through here: readers are told how far a log has grown, and read the
//! [`Segments`](super::Segments) themselves, each at its own pace. So a thousand readers, or one
//! that never reads, cost the writer nothing and hold no memory.
//!
//! A reader takes its [`Watch`] first and looks at the files after: what is written in between is
//! told again, never missed.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// One log: an attempt at a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LogId {
    /// The job's name among all jobs.
    pub job: u64,
    /// The attempt, from 1.
    pub attempt: u32,
}

impl LogId {
    /// The folder of its segments below the data folder.
    #[must_use]
    pub fn folder(self, data: &Path) -> PathBuf {
        let Self { job, attempt } = self;
        data.join("logs")
            .join(job.to_string())
            .join(attempt.to_string())
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, attempt {}", self.job, self.attempt)
    }
}

/// How far a log is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// The offset after its last byte; 0 while nobody has written.
    pub end: u64,
    /// Whether the writer is done with it, or is gone.
    pub closed: bool,
}

/// The logs that grow or are waited for. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Live {
    tails: Arc<Mutex<HashMap<LogId, Tail>>>,
}

#[derive(Debug, Default)]
struct Tail {
    growth: watch::Sender<Growth>,
    writers: usize,
    readers: usize,
}

impl Live {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to write a log that holds `end` bytes. Dropping the writer closes the log for its
    /// readers, however the job ends.
    #[must_use]
    pub fn write(&self, id: LogId, end: u64) -> Writer {
        let mut tails = self.lock();
        let tail = tails.entry(id).or_default();
        tail.writers += 1;
        tail.growth.send_replace(Growth { end, closed: false });
        Writer {
            live: self.clone(),
            id,
        }
    }

    /// Watches a log, whether or not somebody has begun to write it. To be called before the files
    /// are looked at, and only while the job can still write.
    #[must_use]
    pub fn watch(&self, id: LogId) -> Watch {
        let mut tails = self.lock();
        let tail = tails.entry(id).or_default();
        tail.readers += 1;
        Watch {
            growth: tail.growth.subscribe(),
            live: self.clone(),
            id,
        }
    }

    /// How many logs are written or waited for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no log is written or waited for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// How many readers there are, of all logs.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.lock().values().map(|tail| tail.readers).sum()
    }

    fn change(&self, id: LogId, change: impl FnOnce(&mut Tail)) {
        let mut tails = self.lock();
        let Some(tail) = tails.get_mut(&id) else {
            return;
        };
        change(tail);
        if tail.writers == 0 && tail.readers == 0 {
            tails.remove(&id);
        }
    }

    /// No holder of this lock runs anything that could leave it half done.
    fn lock(&self) -> MutexGuard<'_, HashMap<LogId, Tail>> {
        self.tails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to say how far a log has grown.
#[derive(Debug)]
pub struct Writer {
    live: Live,
    id: LogId,
}

impl Writer {
    /// Says that the log ends at `end` now; to be called after the bytes are in the files.
    pub fn grown(&self, end: u64) {
        self.live.change(self.id, |tail| {
            tail.growth.send_replace(Growth { end, closed: false });
        });
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.live.change(self.id, |tail| {
            tail.writers = tail.writers.saturating_sub(1);
            if tail.writers == 0 {
                tail.growth.send_modify(|growth| growth.closed = true);
            }
        });
    }
}

/// One reader's view of how a log grows.
#[derive(Debug)]
pub struct Watch {
    growth: watch::Receiver<Growth>,
    live: Live,
    id: LogId,
}

impl Watch {
    /// How far the log is now.
    pub fn now(&mut self) -> Growth {
        *self.growth.borrow_and_update()
    }

    /// Waits until the log has changed since the last look, and tells how far it is. Several
    /// changes are told as one.
    pub async fn changed(&mut self) -> Growth {
        if self.growth.changed().await.is_err() {
            let end = self.growth.borrow().end;
            return Growth { end, closed: true };
        }
        self.now()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.live.change(self.id, |tail| {
            tail.readers = tail.readers.saturating_sub(1);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ID: LogId = LogId { job: 7, attempt: 2 };

    /// Follows to the end; `slow` readers sleep between looks.
    async fn follow(mut watch: Watch, slow: bool) -> u64 {
        let mut seen = watch.now();
        while !seen.closed {
            if slow {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let next = watch.changed().await;
            assert!(next.end >= seen.end, "a log does not shrink");
            seen = next;
        }
        seen.end
    }

    #[tokio::test]
    async fn a_thousand_readers_all_come_to_the_end_the_slow_ones_too() {
        let live = Live::new();
        let early = (0..500).map(|n| tokio::spawn(follow(live.watch(ID), n % 2 == 0)));
        let mut readers: Vec<_> = early.collect();
        let writer = live.write(ID, 0);
        for end in 1..=1000 {
            writer.grown(end);
            if end == 500 {
                let late = (0..500).map(|n| tokio::spawn(follow(live.watch(ID), n % 2 == 0)));
                readers.extend(late);
            }
            if end % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(live.readers(), 1000);
        drop(writer);
        for reader in readers {
            assert_eq!(reader.await.ok(), Some(1000));
        }
        assert!(live.is_empty(), "nothing is kept when all have gone");
    }

    #[tokio::test]
    async fn who_watches_before_the_job_begins_misses_nothing() {
        let live = Live::new();
        let mut watch = live.watch(ID);
        assert_eq!(watch.now(), Growth::default());
        let writer = live.write(ID, 40);
        let grown = |end| Growth { end, closed: false };
        assert_eq!(watch.changed().await, grown(40));
        writer.grown(41);
        writer.grown(50);
        assert_eq!(watch.changed().await, grown(50));
    }

    #[tokio::test]
    async fn a_writer_that_breaks_off_ends_its_readers() {
        let live = Live::new();
        let writer = live.write(ID, 3);
        let mut watch = live.watch(ID);
        let broken = tokio::spawn(async move {
            let _writer = writer;
            panic!("the job's task breaks");
        });
        assert!(broken.await.is_err());
        let seen = watch.changed().await;
        assert_eq!((seen.end, seen.closed), (3, true));
    }

    #[tokio::test]
    async fn a_restarted_attempt_goes_on_for_those_who_stayed() {
        let live = Live::new();
        let mut watch = live.watch(ID);
        drop(live.write(ID, 9));
        assert!(watch.now().closed);
        let _again = live.write(ID, 9);
        assert!(!watch.changed().await.closed);
    }

    #[test]
    fn readers_who_leave_take_their_entry_along() {
        let live = Live::new();
        let watches: Vec<_> = (0..1000).map(|_| live.watch(ID)).collect();
        assert_eq!((live.len(), live.readers()), (1, 1000));
        drop(watches);
        assert!(live.is_empty());
    }

    #[test]
    fn a_log_lies_under_its_job_and_attempt() {
        let folder = ID.folder(Path::new("/data"));
        assert_eq!(folder, Path::new("/data/logs/7/2"));
    }
}
