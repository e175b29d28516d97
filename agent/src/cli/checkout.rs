//! The checkout that a command stands in, as far as git tells.

use crate::git;
use std::path::{Path, PathBuf};

/// A checkout with at least one commit.
#[derive(Clone, Debug)]
pub struct Checkout {
    root: PathBuf,
    head: git::Head,
    slug: Option<String>,
    default_branch: Option<String>,
}

impl Checkout {
    /// The checkout around the current folder, when there is one.
    #[must_use]
    pub fn find_here() -> Option<Self> {
        let here = std::env::current_dir().ok()?;
        Self::find(&here).ok()
    }

    /// The checkout around a folder.
    ///
    /// # Errors
    /// There is none, it has no commit, or git refuses to read it.
    pub fn find(folder: &Path) -> Result<Self, git::GitError> {
        let root = git::toplevel(folder)?;
        Ok(Self {
            head: git::head(&root)?,
            slug: git::origin_slug(&root).ok().flatten(),
            default_branch: git::default_branch(&root),
            root,
        })
    }

    /// Its top folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its commit.
    #[must_use]
    pub fn head(&self) -> &git::Head {
        &self.head
    }

    /// `owner/repo` of the remote `origin`.
    #[must_use]
    pub fn slug(&self) -> Option<String> {
        self.slug.clone()
    }

    /// The default branch of the remote `origin`, as far as this checkout knows.
    #[must_use]
    pub fn default_branch(&self) -> Option<String> {
        self.default_branch.clone()
    }
}
