//! A job's log as files in a folder.
//!
//! Each file is named by the offset of its first byte, so offsets stay true when files in the
//! middle are dropped ([`limit`](super::limit)) and an index needs nothing but names and sizes.
//! Files go to disk when the operating system sees fit; [`Segments::sync`] makes sure, and is for
//! the end of a job: the agent may die without loss, because what was written stays written.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::masked::{Masked, MaskedBuf};

/// Bytes of a full segment, where nothing else is asked for.
pub const SEGMENT: u64 = 1 << 20;

/// Why a log cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk has no room left for it.
    #[error("no space left to {doing} the job log {}: free some space on that disk", path.display())]
    DiskFull {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
    },
    /// Another failure of the file system.
    #[error("cannot {doing} the job log {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The files overlap: something else has written there.
    #[error("the job log {} is damaged at byte {at}: remove the folder, or restore it", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// Offset at which two files claim the same bytes.
        at: u64,
    },
}

/// What lies at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// So many bytes, now in the buffer.
    Bytes(usize),
    /// Nothing before this offset: the bytes were dropped.
    Missing {
        /// The offset of the next byte that there is.
        next: u64,
    },
    /// The end so far.
    End,
}

/// One log; the only writer of its folder. Others may open the folder to read.
#[derive(Debug)]
pub struct Segments {
    folder: PathBuf,
    size: u64,
    parts: Vec<Part>,
    /// The last part, opened for writing.
    file: Option<File>,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    start: u64,
    len: u64,
    synced: bool,
}

impl Part {
    fn end(self) -> u64 {
        self.start + self.len
    }
}

impl Segments {
    /// Opens the log in `folder`, which is made where it is not there; only the agent's user can
    /// read it. `size` is the bytes of a full segment.
    ///
    /// # Errors
    /// The folder cannot be made or read, or its files overlap.
    pub fn open(folder: &Path, size: u64) -> Result<Self, LogError> {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(folder);
        made.map_err(|source| failed("create", folder, source))?;
        Self::of(folder, size)
    }

    /// Looks at a log that another may be writing; to be read only. A folder that is not there is
    /// an empty log, and none is made.
    ///
    /// # Errors
    /// The folder cannot be read, or its files overlap.
    pub fn look(folder: &Path) -> Result<Self, LogError> {
        match Self::of(folder, SEGMENT) {
            Err(LogError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(Self {
                    folder: folder.to_owned(),
                    size: SEGMENT,
                    parts: Vec::new(),
                    file: None,
                })
            }
            looked => looked,
        }
    }

    fn of(folder: &Path, size: u64) -> Result<Self, LogError> {
        let parts = parts(folder).map_err(|source| failed("read", folder, source))?;
        for pair in parts.windows(2) {
            if let [one, next] = pair
                && one.end() > next.start
            {
                let path = folder.to_owned();
                let at = next.start;
                return Err(LogError::Damaged { path, at });
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            size: size.max(1),
            parts,
            file: None,
        })
    }

    /// The offset after the last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.end())
    }

    /// Bytes that are there.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.parts.iter().map(|part| part.len).sum()
    }

    /// Writes at the end and gives the offset of the first byte written.
    ///
    /// # Errors
    /// The file system refuses; what was written up to then counts ([`Segments::end`]).
    pub fn append(&mut self, bytes: Masked<'_>) -> Result<u64, LogError> {
        let from = self.end();
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = self.room()?;
            let (now, later) = rest.split_at(usize::try_from(room).unwrap_or(usize::MAX));
            self.write(now)?;
            rest = later;
        }
        Ok(from)
    }

    /// Bytes that still fit into the last part; opens the file, or begins the next.
    fn room(&mut self) -> Result<u64, LogError> {
        let full = |part: &Part| part.len >= self.size;
        if self.parts.last().is_none_or(full) {
            self.file = None;
            self.parts.push(Part {
                start: self.end(),
                len: 0,
                synced: false,
            });
        }
        let last = self
            .parts
            .last()
            .map_or((0, 0), |part| (part.start, part.len));
        if self.file.is_none() {
            let path = self.path(last.0);
            let mut options = OpenOptions::new();
            let file = options.create(true).append(true).mode(0o600).open(&path);
            self.file = Some(file.map_err(|source| failed("write", &path, source))?);
        }
        Ok(self.size.saturating_sub(last.1))
    }

    fn write(&mut self, bytes: Masked<'_>) -> Result<(), LogError> {
        let (Some(file), Some(part)) = (&mut self.file, self.parts.last_mut()) else {
            return Ok(());
        };
        match file.write_all(bytes.bytes()) {
            Ok(()) => {
                part.len += bytes.len() as u64;
                part.synced = false;
                Ok(())
            }
            Err(source) => {
                // Part of it may be there; it does not count, and must not stand in the way.
                let _ = file.set_len(part.len);
                let start = part.start;
                Err(failed("write", &self.path(start), source))
            }
        }
    }

    /// Reads at most `max` bytes at `offset` and appends them to `out`.
    ///
    /// # Errors
    /// The file cannot be read, or has become shorter.
    pub fn read(&self, offset: u64, max: usize, out: &mut MaskedBuf) -> Result<Read, LogError> {
        let Some(part) = self.parts.iter().find(|part| part.end() > offset) else {
            return Ok(Read::End);
        };
        if part.start > offset {
            return Ok(Read::Missing { next: part.start });
        }
        let len = usize::try_from(part.end() - offset).unwrap_or(max).min(max);
        let path = self.path(part.start);
        let out = out.inner();
        let before = out.len();
        out.resize(before + len, 0);
        let into = out.get_mut(before..).unwrap_or_default();
        let done = File::open(&path).and_then(|file| file.read_exact_at(into, offset - part.start));
        if let Err(source) = done {
            out.truncate(before);
            return Err(failed("read", &path, source));
        }
        Ok(Read::Bytes(len))
    }

    /// Removes the files that lie wholly between two offsets.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn drop_between(&mut self, from: u64, to: u64) -> Result<(), LogError> {
        let inside = |part: &Part| part.start >= from && part.end() <= to && part.len > 0;
        while let Some(at) = self.parts.iter().position(inside) {
            self.remove(at)?;
        }
        Ok(())
    }

    /// Cuts the log off at `end`, to go on from a checkpoint.
    ///
    /// # Errors
    /// A file cannot be removed or shortened.
    pub fn truncate(&mut self, end: u64) -> Result<(), LogError> {
        self.file = None;
        while let Some(part) = self.parts.last().copied().filter(|part| part.end() > end) {
            if part.start >= end {
                self.remove(self.parts.len() - 1)?;
                continue;
            }
            let path = self.path(part.start);
            let file = OpenOptions::new().write(true).open(&path);
            let cut = file.and_then(|file| file.set_len(end - part.start));
            cut.map_err(|source| failed("shorten", &path, source))?;
            if let Some(part) = self.parts.last_mut() {
                part.len = end - part.start;
                part.synced = false;
            }
        }
        Ok(())
    }

    fn remove(&mut self, at: usize) -> Result<(), LogError> {
        if at + 1 == self.parts.len() {
            self.file = None;
        }
        if at < self.parts.len() {
            let start = self.parts.remove(at).start;
            let path = self.path(start);
            std::fs::remove_file(&path).map_err(|source| failed("shorten", &path, source))?;
        }
        Ok(())
    }

    /// Sees to it that all of it would outlive a loss of power.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn sync(&mut self) -> Result<(), LogError> {
        let folder = self.folder.clone();
        for part in self.parts.iter_mut().filter(|part| !part.synced) {
            let path = path(&folder, part.start);
            let synced = File::open(&path).and_then(|file| file.sync_data());
            synced.map_err(|source| failed("write", &path, source))?;
            part.synced = true;
        }
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| failed("write", &folder, source))
    }

    fn path(&self, start: u64) -> PathBuf {
        path(&self.folder, start)
    }
}

fn path(folder: &Path, start: u64) -> PathBuf {
    folder.join(format!("{start:020}.log"))
}

/// The segments of a folder in order; other files are left alone.
fn parts(folder: &Path) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let start = name.to_str().and_then(|name| name.strip_suffix(".log"));
        if let Some(start) = start.and_then(|start| start.parse().ok()) {
            parts.push(Part {
                start,
                len: entry.metadata()?.len(),
                synced: false,
            });
        }
    }
    parts.sort_unstable_by_key(|part| part.start);
    Ok(parts)
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> LogError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            LogError::DiskFull { doing, path }
        }
        _ => LogError::Io {
            doing,
            path,
            source,
        },
    }
}

#[cfg(test)]
mod tests;
