//! A checkout's work tree as it lies now (decision 34).

use super::archive::{Archive, Writer};
use super::command::Git;
use super::files::{Files, Found};
use super::index::SUBMODULE;
use super::materialise::{Want, listing, now};
use super::{GitError, Mirror, gitdir, lfs, sparse};
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An archive of a work tree as it lies, and what is to be told about it.
#[derive(Debug)]
pub struct AsItLies {
    /// The tar file.
    pub archive: Archive,
    /// Submodules whose files are in it, by path; their `.git` is not.
    pub submodules: Vec<String>,
    /// What was left out, each as `path: reason`.
    pub left_out: Vec<String>,
}

/// How deep submodules of submodules are followed.
const NESTING: usize = 16;

pub(super) fn as_it_lies(
    mirror: &Mirror,
    checkout: &Path,
    want: &Want,
    dir: &Path,
) -> Result<AsItLies, GitError> {
    let want = want.checked()?;
    let mtime = now();
    let tar = Writer::begin(dir, mtime)?;
    let mut index = listing(mirror, &want.sha)?;
    let sparse = sparse::apply(mirror, &want, &mut index, &tar)?;
    let skipped = index.iter().filter(|entry| entry.skipped);
    let mut tree = Tree {
        tar,
        root: checkout,
        files: &want.files,
        skipped: skipped.map(|entry| entry.path.clone()).collect(),
        pointers: 0,
        stats: HashMap::new(),
        submodules: Vec::new(),
        left_out: Vec::new(),
        directories: HashMap::new(),
    };
    tree.add_all(Path::new(""), 0)?;
    let Tree {
        mut tar,
        stats,
        submodules,
        left_out,
        pointers,
        ..
    } = tree;
    let here: HashSet<&[u8]> = submodules.iter().map(|path| path.as_bytes()).collect();
    let wanted = index
        .iter()
        .filter(|entry| entry.mode == SUBMODULE && !entry.skipped);
    let missing = wanted.filter(|entry| !here.contains(entry.path.as_slice()));
    let found = Found {
        submodules: missing.map(|entry| entry.path.clone()).collect(),
        has_modules: stats.contains_key(b".gitmodules".as_slice()),
        pointers,
        sparse: sparse.as_ref().map(|sparse| sparse.counts),
    };
    if want.git_dir {
        let changed = changed(checkout, &want.sha)?;
        for entry in &mut index {
            if let Some(stat) = stats.get(&entry.path)
                && !changed.contains(&entry.path)
            {
                entry.stat = *stat;
            }
        }
        gitdir::write(mirror, &want, sparse.as_ref(), index, mtime, &mut tar)?;
    }
    Ok(AsItLies {
        archive: tar.finish(found)?,
        submodules,
        left_out,
    })
}

/// Paths that may differ from the commit. Git's answer errs on the safe side: a file that was
/// only touched is named too.
fn changed(checkout: &Path, sha: &str) -> Result<HashSet<Vec<u8>>, GitError> {
    let listing = Git::new("looking for changes")
        .checkout(checkout)
        .args([
            "diff-index",
            "-z",
            "--name-only",
            "--no-renames",
            "--ignore-submodules",
            sha,
            "--",
        ])
        .output()?;
    Ok(paths(&listing).map(<[u8]>::to_vec).collect())
}

fn paths(listing: &[u8]) -> impl Iterator<Item = &[u8]> {
    listing
        .split(|byte| *byte == 0)
        .filter(|path| !path.is_empty())
}

struct Tree<'a> {
    tar: Writer,
    root: &'a Path,
    files: &'a Files,
    /// What a sparse checkout leaves out.
    skipped: HashSet<Vec<u8>>,
    /// How many files are pointers of Git LFS.
    pointers: usize,
    /// Modification time and size of each file, as the index wants them.
    stats: HashMap<Vec<u8>, (u32, u32)>,
    submodules: Vec<String>,
    left_out: Vec<String>,
    /// Whether a path is a real directory all the way down.
    directories: HashMap<PathBuf, bool>,
}

impl Tree<'_> {
    /// Adds the files of the repository that lies at `prefix` below the root.
    fn add_all(&mut self, prefix: &Path, nesting: usize) -> Result<(), GitError> {
        let listing = Git::new("listing files")
            .checkout(&self.root.join(prefix))
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()?;
        let mut seen = HashSet::new();
        for path in paths(&listing) {
            // An unmerged file is listed once for each side.
            if seen.insert(path) {
                let path = prefix.join(OsStr::from_bytes(path));
                self.add(&path, nesting)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, nesting: usize) -> Result<(), GitError> {
        if self.skipped.contains(path.as_os_str().as_bytes()) {
            return Ok(());
        }
        // Git still lists what it tracked below a directory that became a link: not followed.
        if path
            .parent()
            .is_some_and(|parent| !self.is_directory(parent))
        {
            return Ok(());
        }
        let place = self.root.join(path);
        let meta = match std::fs::symlink_metadata(&place) {
            Ok(meta) => meta,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(GitError::io("reading", place)(error)),
        };
        let mtime = u64::try_from(meta.mtime()).unwrap_or(0);
        if meta.is_dir() {
            return self.add_repository(path, nesting);
        }
        if meta.is_symlink() {
            let target = std::fs::read_link(&place).map_err(GitError::io("reading", &place))?;
            let target = target.as_os_str().as_bytes();
            match self.files.symlinks {
                Some(false) => {
                    let facts = (0o644, target.len() as u64, mtime);
                    self.tar.file(path, facts, target)?;
                }
                _ => self.tar.link(path, target, mtime)?,
            }
        } else if meta.is_file() {
            let reading = || GitError::io("reading", &place);
            let mut file = File::open(&place).map_err(reading())?;
            let begin = lfs::beginning(&mut file, meta.len()).map_err(reading())?;
            self.pointers += usize::from(lfs::is_pointer(&begin));
            let facts = (meta.mode() & 0o777, meta.len(), mtime);
            self.tar.file(path, facts, begin.as_slice().chain(file))?;
        } else {
            self.leave_out(path, "neither a file, nor a directory, nor a link");
            return Ok(());
        }
        self.stats
            .insert(path.as_os_str().as_bytes().to_vec(), stat(&meta));
        Ok(())
    }

    /// A directory that git lists by itself: a submodule, or a repository within this one.
    fn add_repository(&mut self, path: &Path, nesting: usize) -> Result<(), GitError> {
        self.tar.directory(path)?;
        if !self.root.join(path).join(".git").exists() {
            // A submodule that was not checked out is an empty directory, as in a clone.
            return Ok(());
        }
        if nesting >= NESTING {
            self.leave_out(path, "repositories are nested too deeply");
            return Ok(());
        }
        self.submodules.push(path.display().to_string());
        self.add_all(path, nesting + 1)
    }

    fn is_directory(&mut self, path: &Path) -> bool {
        if path.as_os_str().is_empty() {
            return true;
        }
        if let Some(known) = self.directories.get(path) {
            return *known;
        }
        let above = path.parent().is_none_or(|parent| self.is_directory(parent));
        let real = above
            && std::fs::symlink_metadata(self.root.join(path)).is_ok_and(|meta| meta.is_dir());
        self.directories.insert(path.to_owned(), real);
        real
    }

    fn leave_out(&mut self, path: &Path, reason: &str) {
        self.left_out.push(format!("{}: {reason}", path.display()));
    }
}

fn stat(meta: &Metadata) -> (u32, u32) {
    let low = |number: u64| u32::try_from(number & u64::from(u32::MAX)).unwrap_or(0);
    (
        low(u64::try_from(meta.mtime()).unwrap_or(0)),
        low(meta.len()),
    )
}
