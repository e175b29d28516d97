//! Tar files of work trees, removed when the last user is done.

use super::GitError;
use super::files::Found;
use crate::owner::Owner;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufWriter, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, TempPath};

/// A tar file of a work tree with relative paths; the file goes away with this value.
///
/// Owners in it mean nothing: the backend gives all files to the image's user.
#[derive(Debug)]
pub struct Archive {
    path: TempPath,
    found: Found,
}

impl Archive {
    /// Where the tar file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a job may have to fetch something for.
    #[must_use]
    pub fn found(&self) -> &Found {
        &self.found
    }
}

/// Removes the tar files that runs of dead processes left in `dir`.
pub(super) fn sweep(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix("tree-"))
            .and_then(|name| name.split('-').next())
            .and_then(|owner| owner.parse::<Owner>().ok());
        if owner.is_some_and(|owner| !owner.is_alive()) {
            let _ = std::fs::remove_file(entry.path());
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Writes one archive; a directory is entered before what is in it, so that it gets its owner.
pub(super) struct Writer {
    dir: PathBuf,
    builder: tar::Builder<BufWriter<File>>,
    path: TempPath,
    directories: HashSet<PathBuf>,
    mtime: u64,
}

impl Writer {
    /// Begins a new file in `dir`; `mtime` in seconds is that of directories.
    pub(super) fn begin(dir: &Path, mtime: u64) -> Result<Self, GitError> {
        std::fs::create_dir_all(dir).map_err(GitError::io("making the directory", dir))?;
        let (file, path) = tempfile::Builder::new()
            .prefix(&format!("tree-{}-", Owner::me()))
            .suffix(".tar")
            .tempfile_in(dir)
            .map_err(GitError::io("making a file in", dir))?
            .into_parts();
        Ok(Self {
            dir: dir.to_owned(),
            builder: tar::Builder::new(BufWriter::with_capacity(1 << 18, file)),
            path,
            directories: HashSet::new(),
            mtime,
        })
    }

    /// A directory, with those above it.
    pub(super) fn directory(&mut self, path: &Path) -> Result<(), GitError> {
        if path.as_os_str().is_empty() || self.directories.contains(path) {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        self.directories.insert(path.to_owned());
        let mut header = header(tar::EntryType::Directory, 0o755, 0, self.mtime);
        self.builder
            .append_data(&mut header, path, std::io::empty())
            .map_err(GitError::io("writing", self.path.to_path_buf()))
    }

    /// A file of exactly `size` bytes: a longer source is cut, a shorter one filled with zeros,
    /// so that a file that changes while it is read can't spoil the archive.
    pub(super) fn file(
        &mut self,
        path: &Path,
        (mode, size, mtime): (u32, u64, u64),
        content: impl Read,
    ) -> Result<(), GitError> {
        self.above(path)?;
        let mut header = header(tar::EntryType::Regular, mode, size, mtime);
        self.builder
            .append_data(
                &mut header,
                path,
                content.chain(std::io::repeat(0)).take(size),
            )
            .map_err(GitError::io("writing", self.path.to_path_buf()))
    }

    /// A symbolic link, kept as it is wherever it points.
    pub(super) fn link(&mut self, path: &Path, target: &[u8], mtime: u64) -> Result<(), GitError> {
        self.above(path)?;
        let mut header = header(tar::EntryType::Symlink, 0o777, 0, mtime);
        self.builder
            .append_link(&mut header, path, OsStr::from_bytes(target))
            .map_err(GitError::io("writing", self.path.to_path_buf()))
    }

    /// A directory beside the archive, for what is made on the way.
    pub(super) fn scratch(&self) -> Result<TempDir, GitError> {
        tempfile::Builder::new()
            .prefix(&format!("tree-{}-", Owner::me()))
            .tempdir_in(&self.dir)
            .map_err(GitError::io("making a directory in", &self.dir))
    }

    /// Ends the archive.
    pub(super) fn finish(self, found: Found) -> Result<Archive, GitError> {
        let failed = GitError::io("writing", self.path.to_path_buf());
        self.builder
            .into_inner()
            .and_then(|writer| writer.into_inner().map_err(Into::into))
            .map_err(failed)?;
        Ok(Archive {
            path: self.path,
            found,
        })
    }

    fn above(&mut self, path: &Path) -> Result<(), GitError> {
        path.parent()
            .map_or(Ok(()), |parent| self.directory(parent))
    }
}

fn header(kind: tar::EntryType, mode: u32, size: u64, mtime: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(mtime);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_of_the_living_stay_and_those_of_the_dead_go() {
        let dir = tempfile::tempdir().unwrap();
        let mine = Writer::begin(dir.path(), 0).unwrap();
        let mine = mine.finish(Found::default()).unwrap();
        let dead = dir.path().join("tree-1:1-abc.tar");
        std::fs::write(&dead, "").unwrap();
        let foreign = dir.path().join("other.tar");
        std::fs::write(&foreign, "").unwrap();
        sweep(dir.path());
        assert!(mine.path().exists() && foreign.exists() && !dead.exists());
        let path = mine.path().to_owned();
        drop(mine);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_shrank_or_grew_keeps_the_archive_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::begin(dir.path(), 7).unwrap();
        writer
            .file(Path::new("a/short"), (0o644, 4, 7), &b"ab"[..])
            .unwrap();
        writer
            .file(Path::new("a/long"), (0o644, 4, 7), &b"abcdef"[..])
            .unwrap();
        let archive = writer.finish(Found::default()).unwrap();
        let mut tar = tar::Archive::new(File::open(archive.path()).unwrap());
        let found: Vec<_> = tar
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                (entry.path().unwrap().display().to_string(), text)
            })
            .collect();
        let expected = [("a", ""), ("a/short", "ab\0\0"), ("a/long", "abcd")];
        assert_eq!(found.len(), 3);
        for ((path, text), expected) in found.iter().zip(expected) {
            assert_eq!((path.trim_end_matches('/'), text.as_str()), expected);
        }
    }
}
