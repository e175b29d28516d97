//! A commit's work tree as `git clone` would leave it, written straight into an archive.

use super::archive::{Archive, Writer};
use super::command::{Git, failure};
use super::files::{AutoCrlf, Files, Found};
use super::index::{Entry, SUBMODULE, from_ls_tree};
use super::{GitError, Mirror, gitdir, lfs, sparse};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a job's work tree shall be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Want {
    /// The commit, 40 hexadecimal digits.
    pub sha: String,
    /// `git: depth:` in commits; `None` is all of the history.
    pub depth: Option<u32>,
    /// What the event was about.
    pub reference: Ref,
    /// The address of the remote `origin`; credentials in it are dropped.
    pub origin: String,
    /// Whether there is a `.git`; `strategy: tarball` has none.
    pub git_dir: bool,
    /// How files are written.
    pub files: Files,
}

/// What was pushed or opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ref {
    /// A branch, by its short name.
    Branch(String),
    /// A tag, by its short name.
    Tag(String),
    /// A pull request's merge commit, by the pull request's number.
    Pull(u64),
    /// None: a bare commit.
    None,
}

impl Want {
    /// Checks names and drops credentials, so that what follows can rely on both.
    pub(super) fn checked(&self) -> Result<Self, GitError> {
        if super::index::oid(&self.sha).is_none() {
            return Err(GitError::UnknownRevision(self.sha.clone()));
        }
        let full = match &self.reference {
            Ref::Branch(name) => Some((name, format!("refs/heads/{name}"))),
            Ref::Tag(name) => Some((name, format!("refs/tags/{name}"))),
            Ref::Pull(_) | Ref::None => None,
        };
        if let Some((name, full)) = full {
            let check = Git::new("checking a name")
                .arg("check-ref-format")
                .arg(full);
            if name.contains('\0') || !check.succeeds()? {
                return Err(GitError::BadRef(name.clone()));
            }
        }
        let mut checked = self.clone();
        checked.origin = super::public_url(&self.origin);
        Ok(checked)
    }
}

const LISTING: &str = "listing a commit's files";
const EXPORTING: &str = "reading a commit's files";

/// Writes the archive for a commit of the mirror.
pub(super) fn materialise(mirror: &Mirror, want: &Want, dir: &Path) -> Result<Archive, GitError> {
    let want = want.checked()?;
    let mut index = listing(mirror, &want.sha)?;
    // A little in the past, so that any later change in the job has another time.
    let mtime = now().saturating_sub(2);
    let mut tar = Writer::begin(dir, mtime)?;
    let sparse = sparse::apply(mirror, &want, &mut index, &tar)?;
    let mut copied = Copied::new(&want.files, &index, sparse.is_some());
    export(mirror, &want, mtime, &mut tar, &mut copied)?;
    let found = Found {
        submodules: missing(&index),
        has_modules: index.iter().any(|entry| entry.path == b".gitmodules"),
        pointers: copied.pointers,
        sparse: sparse.as_ref().map(|sparse| sparse.counts),
    };
    if want.git_dir {
        let stamp = u32::try_from(mtime).unwrap_or(0);
        for entry in &mut index {
            if let Some(size) = copied.sizes.get(&entry.path) {
                entry.stat = (stamp, *size);
            }
        }
        // One second later than the files: git then knows that none changed after the index.
        gitdir::write(mirror, &want, sparse.as_ref(), index, mtime + 1, &mut tar)?;
    }
    tar.finish(found)
}

/// The submodules of an index whose files belong into the tree.
fn missing(index: &[Entry]) -> Vec<Vec<u8>> {
    let wanted = index
        .iter()
        .filter(|entry| entry.mode == SUBMODULE && !entry.skipped);
    wanted.map(|entry| entry.path.clone()).collect()
}

/// The files of a commit as index entries without stat data.
pub(super) fn listing(mirror: &Mirror, sha: &str) -> Result<Vec<Entry>, GitError> {
    let listing = Git::new(LISTING)
        .bare(mirror.dir())
        .args(["ls-tree", "-r", "-z", "--full-tree", sha, "--"])
        .output()?;
    from_ls_tree(&listing).ok_or_else(|| failure(LISTING, None, "an answer that cannot be read"))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs())
}

/// What is copied, and what was.
struct Copied {
    /// Whether links stay links.
    symlinks: bool,
    /// What of the commit is left out; none where all is copied.
    only: Option<HashSet<Vec<u8>>>,
    /// The sizes that files have in the tree.
    sizes: HashMap<Vec<u8>, u32>,
    /// How many files stand for one of Git LFS.
    pointers: usize,
}

impl Copied {
    fn new(files: &Files, index: &[Entry], is_sparse: bool) -> Self {
        let kept = index.iter().filter(|entry| !entry.skipped);
        Self {
            symlinks: files.symlinks != Some(false),
            only: is_sparse.then(|| kept.map(|entry| entry.path.clone()).collect()),
            sizes: HashMap::new(),
            pointers: 0,
        }
    }

    /// Whether a path of the commit belongs into the tree; of folders only those of submodules, as
    /// those above files are made with them.
    fn wants(&self, path: &Path) -> bool {
        let path = path.as_os_str().as_bytes();
        let path = path.strip_suffix(b"/").unwrap_or(path);
        self.only.as_ref().is_none_or(|only| only.contains(path))
    }

    fn keep(&mut self, path: &Path, size: u64) {
        // Git keeps the low 32 bits of a size.
        let size = u32::try_from(size & u64::from(u32::MAX)).unwrap_or(0);
        self.sizes
            .insert(path.as_os_str().as_bytes().to_vec(), size);
    }
}

/// Copies the commit's files into the archive, converted as a checkout converts them.
fn export(
    mirror: &Mirror,
    want: &Want,
    mtime: u64,
    out: &mut Writer,
    copied: &mut Copied,
) -> Result<(), GitError> {
    let mut git = Git::new(EXPORTING).bare(mirror.dir());
    if let Some(setting) = want.files.autocrlf.map(AutoCrlf::as_str) {
        git = git.args(["-c", &format!("core.autocrlf={setting}")]);
    }
    let mut child = git.args(["archive", "--format=tar", &want.sha]).spawn()?;
    drop(child.stdin.take());
    let stdout = child.stdout.take();
    let mut stderr = child.stderr.take();
    let done = match stdout {
        Some(stdout) => copy(
            std::io::BufReader::with_capacity(1 << 18, stdout),
            mtime,
            out,
            copied,
        ),
        None => Ok(()),
    };
    if done.is_err() {
        let _ = child.kill();
    }
    let mut said = String::new();
    if let Some(pipe) = &mut stderr {
        let _ = pipe.read_to_string(&mut said);
    }
    let status = child
        .wait()
        .map_err(GitError::io("waiting for git in", mirror.dir()))?;
    done?;
    if status.success() {
        Ok(())
    } else {
        Err(failure(EXPORTING, status.code(), &said))
    }
}

fn copy(
    source: impl Read,
    mtime: u64,
    out: &mut Writer,
    copied: &mut Copied,
) -> Result<(), GitError> {
    let broken = |error: std::io::Error| failure(EXPORTING, None, &error.to_string());
    let mut source = tar::Archive::new(source);
    for entry in source.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?.into_owned();
        if !copied.wants(&path) {
            continue;
        }
        let size = entry.size();
        match entry.header().entry_type() {
            tar::EntryType::Directory => out.directory(&path)?,
            tar::EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                let length = target.len() as u64;
                if copied.symlinks {
                    out.link(&path, &target, mtime)?;
                } else {
                    out.file(&path, (0o644, length, mtime), target.as_slice())?;
                }
                copied.keep(&path, length);
            }
            tar::EntryType::Regular => {
                let executable = entry.header().mode().map_err(broken)? & 0o100 != 0;
                let mode = if executable { 0o755 } else { 0o644 };
                let begin = lfs::beginning(&mut entry, size).map_err(broken)?;
                copied.pointers += usize::from(lfs::is_pointer(&begin));
                out.file(&path, (mode, size, mtime), begin.as_slice().chain(entry))?;
                copied.keep(&path, size);
            }
            // The commit's name, as git writes it first.
            _ => {}
        }
    }
    // What follows the archive's end is zeros; git that cannot write them is killed for it.
    std::io::copy(&mut source.into_inner(), &mut std::io::sink()).map_err(broken)?;
    Ok(())
}
