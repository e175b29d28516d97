//! Why git could not do what it was asked for.

use std::path::PathBuf;

/// A failure of git or of the files around it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git on this machine.
    #[error("git is not installed on this machine, or not in PATH")]
    Missing,
    /// The directory is no checkout.
    #[error("{0} is not inside a git checkout")]
    NotACheckout(PathBuf),
    /// The checkout has no commit yet.
    #[error("{0} has no commit yet; a build needs one: commit first")]
    NoCommit(PathBuf),
    /// Git does not trust the checkout's owner.
    #[error(
        "git refuses {0}: it belongs to another user; \
         `git config --global --add safe.directory {0}` says that you trust it"
    )]
    ForeignOwner(PathBuf),
    /// A commit, branch or tag that is not there.
    #[error("{0:?} names no commit of this repository")]
    UnknownRevision(String),
    /// `sparse_checkout` names no file of the commit.
    #[error(
        "`git: sparse_checkout` names {0:?}, and the commit has no such file; \
         it is a path from the root of the repository"
    )]
    NoSparseFile(String),
    /// A name that git does not take for a branch or a tag.
    #[error("{0:?} is not a valid name for a branch or a tag")]
    BadRef(String),
    /// A place that is not fetched from.
    #[error("{0:?} cannot be fetched from: only http and https addresses are")]
    BadUrl(String),
    /// A repository that this agent can't handle.
    #[error("this repository cannot be used: {0}")]
    Unsupported(String),
    /// A git command failed.
    #[error("{action}: {reason}")]
    Failed {
        /// What was tried, e.g. `fetching a commit`.
        action: &'static str,
        /// What git said, without credentials.
        reason: String,
    },
    /// It took too long.
    #[error("{action}: git did not end within {seconds} s")]
    TooSlow {
        /// What was tried.
        action: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// A file could not be read or written.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried, e.g. `writing`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl GitError {
    /// Makes a function that turns an I/O error at `path` into ours.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
