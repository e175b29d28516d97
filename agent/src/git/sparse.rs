//! `sparse_checkout:`: which files of a commit its patterns name, as git itself reads them.

use super::archive::Writer;
use super::command::Git;
use super::index::{Entry, oid};
use super::materialise::Want;
use super::{GitError, Mirror};
use std::collections::HashSet;
use std::time::Duration;

/// Longer files of patterns are refused, in bytes.
const LONGEST: usize = 256 * 1024;
/// Patterns that git ponders for longer are refused.
const LIMIT: Duration = Duration::from_secs(60);

/// A sparse checkout.
pub(super) struct Sparse {
    /// The content of `.git/info/sparse-checkout`.
    pub(super) patterns: Vec<u8>,
    /// How many files are there, and how many the commit has.
    pub(super) counts: (usize, usize),
}

/// Marks the entries that the patterns leave out; nothing where all is checked out.
///
/// # Errors
/// When the commit has no file of that name, or git fails.
pub(super) fn apply(
    mirror: &Mirror,
    want: &Want,
    index: &mut [Entry],
    tar: &Writer,
) -> Result<Option<Sparse>, GitError> {
    let Some(file) = &want.files.sparse else {
        return Ok(None);
    };
    let Some(patterns) = mirror.file(&want.sha, file)? else {
        return Err(GitError::NoSparseFile(file.clone()));
    };
    if patterns.len() > LONGEST {
        return Err(GitError::Unsupported(format!(
            "{file}, which sparse_checkout names, is longer than {} kB",
            LONGEST / 1024
        )));
    }
    let skipped = skipped(mirror, &want.sha, &patterns, tar)?;
    for entry in &mut *index {
        entry.skipped = skipped.contains(&entry.path);
    }
    let kept = index.iter().filter(|entry| !entry.skipped).count();
    Ok(Some(Sparse {
        patterns,
        counts: (kept, index.len()),
    }))
}

/// Asks git, in an empty repository over the mirror's objects. Every file is in the index and none in
/// the tree, so git has marks to set and no file to write.
fn skipped(
    mirror: &Mirror,
    sha: &str,
    patterns: &[u8],
    tar: &Writer,
) -> Result<HashSet<Vec<u8>>, GitError> {
    const ACTION: &str = "reading the patterns of sparse_checkout";
    debug_assert!(oid(sha).is_some());
    let scratch = tar.scratch()?;
    let (dir, tree) = (scratch.path().join("git"), scratch.path().join("tree"));
    let mut alternates = mirror.dir().join("objects").into_os_string();
    alternates.push("\n");
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, bytes))
            .map_err(GitError::io("writing", path))
    };
    write("HEAD", format!("{sha}\n").as_bytes())?;
    write("refs/heads/.keep", b"")?;
    write("objects/info/alternates", alternates.as_encoded_bytes())?;
    write("info/sparse-checkout", patterns)?;
    std::fs::create_dir_all(&tree).map_err(GitError::io("making", &tree))?;
    let git = || {
        Git::new(ACTION)
            .directory(&tree)
            .bare(&dir)
            .limit(LIMIT)
            .arg("--work-tree=.")
            .args(["-c", "core.bare=false"])
            .args(["-c", "core.sparseCheckout=true"])
            .args(["-c", "core.sparseCheckoutCone=false"])
    };
    git().args(["read-tree", sha]).output()?;
    git().args(["sparse-checkout", "reapply"]).output()?;
    let listing = git().args(["ls-files", "-t", "-z"]).output()?;
    let lines = listing.split(|byte| *byte == 0);
    Ok(lines
        .filter_map(|line| line.strip_prefix(b"S "))
        .map(<[u8]>::to_vec)
        .collect())
}

/// The settings that a job's `.git/config` gets for it.
pub(super) const SETTINGS: &str = "\tsparseCheckout = true\n\tsparseCheckoutCone = false\n";

/// Where git keeps the patterns.
pub(super) const FILE: &str = "info/sparse-checkout";
