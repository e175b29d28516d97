//! What a user's checkout says about itself. Read only.

use super::GitError;
use super::command::Git;
use std::path::Path;

/// Where a checkout stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The commit, 40 hexadecimal digits.
    pub sha: String,
    /// The branch; `None` when HEAD is detached.
    pub branch: Option<String>,
    /// The commit's message.
    pub message: String,
    /// Whether tracked files differ from the commit, or untracked ones lie about.
    pub dirty: bool,
}

/// Where the checkout stands.
///
/// # Errors
/// When it is none, has no commit, or git refuses its owner.
pub fn head(checkout: &Path) -> Result<Head, GitError> {
    let sha = commit(checkout, "HEAD")?;
    let branch = Git::new("reading the branch")
        .checkout(checkout)
        .args(["symbolic-ref", "--quiet", "--short", "HEAD"])
        .text();
    let message = Git::new("reading the commit's message")
        .checkout(checkout)
        .args([
            "log",
            "--no-show-signature",
            "-1",
            "--format=%B",
            &sha,
            "--",
        ])
        .text()?;
    let status = Git::new("looking for changes")
        .checkout(checkout)
        .args(["status", "--porcelain=v1", "-z"])
        .output()?;
    Ok(Head {
        sha,
        branch: branch.ok().filter(|name| !name.is_empty()),
        message: message.trim_end().to_owned(),
        dirty: !status.is_empty(),
    })
}

/// The short names of the tags that point at a commit, sorted.
///
/// # Errors
/// As [`head`].
pub fn tags(checkout: &Path, sha: &str) -> Result<Vec<String>, GitError> {
    let sha = commit(checkout, sha)?;
    let listing = Git::new("listing tags")
        .checkout(checkout)
        .args([
            "for-each-ref",
            "--format=%(refname:strip=2)",
            "--points-at",
            &sha,
            "refs/tags/",
        ])
        .text()?;
    Ok(listing.lines().map(str::to_owned).collect())
}

/// Whether a commit is in a checkout's repository.
///
/// # Errors
/// When git cannot read it.
pub fn has_commit(checkout: &Path, sha: &str) -> Result<bool, GitError> {
    match commit(checkout, sha) {
        Ok(_) => Ok(true),
        Err(GitError::UnknownRevision(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The commit that a revision names, where the checkout is one that can be used.
pub(super) fn commit(checkout: &Path, revision: &str) -> Result<String, GitError> {
    let found = Git::new("reading the checkout")
        .checkout(checkout)
        .args(["rev-parse", "--verify", "--end-of-options"])
        .arg(format!("{revision}^{{commit}}"))
        .text();
    let Err(GitError::Failed { action, reason }) = found else {
        return found;
    };
    if reason.contains("not a git repository") || reason.contains("cannot change to") {
        return Err(GitError::NotACheckout(checkout.to_owned()));
    }
    if reason.contains("dubious ownership") || reason.contains("unsafe repository") {
        return Err(GitError::ForeignOwner(checkout.to_owned()));
    }
    if !reason.contains("single revision") {
        return Err(GitError::Failed { action, reason });
    }
    Err(match revision {
        "HEAD" => GitError::NoCommit(checkout.to_owned()),
        _ => GitError::UnknownRevision(revision.to_owned()),
    })
}
