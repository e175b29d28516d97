//! The checkout that a command stands in, as far as git tells.

use crate::git;
use std::path::{Path, PathBuf};

/// A checkout with at least one commit.
#[derive(Clone, Debug)]
pub(super) struct Here {
    root: PathBuf,
    head: git::Head,
    slug: Option<String>,
    origin_url: Option<String>,
    default_branch: Option<String>,
}

impl Here {
    /// The checkout around the current folder, when there is one.
    #[must_use]
    pub(super) fn find_here() -> Option<Self> {
        let here = std::env::current_dir().ok()?;
        Self::find(&here).ok()
    }

    /// The checkout around a folder.
    ///
    /// # Errors
    /// There is none, it has no commit, or git refuses to read it.
    pub(super) fn find(folder: &Path) -> Result<Self, git::GitError> {
        let Some(root) = git::toplevel(folder)? else {
            return Err(git::GitError::NotACheckout(folder.to_owned()));
        };
        let origin = git::origin(&root)?;
        Ok(Self {
            head: git::head(&root)?,
            origin_url: git::origin_url(&root)?,
            slug: origin.map(|origin| origin.slug),
            default_branch: git::default_branch(&root),
            root,
        })
    }

    /// Its top folder.
    #[must_use]
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Its commit.
    #[must_use]
    pub(super) fn head(&self) -> &git::Head {
        &self.head
    }

    /// `owner/repo` of the remote `origin`.
    #[must_use]
    pub(super) fn slug(&self) -> Option<String> {
        self.slug.clone()
    }

    /// The address of the remote `origin`; credentials in it are not for jobs.
    #[must_use]
    pub(super) fn origin_url(&self) -> Option<&str> {
        self.origin_url.as_deref()
    }

    /// The default branch of the remote `origin`, as far as this checkout knows.
    #[must_use]
    pub(super) fn default_branch(&self) -> Option<String> {
        self.default_branch.clone()
    }
}
