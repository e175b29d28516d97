//! The checkout that a command stands in, as far as git tells.

use crate::error::{Exit, UserError};
use crate::git::{self, GitError, Head, Origin};
use std::path::{Path, PathBuf};

/// Where a command was started.
#[derive(Clone, Debug)]
pub(super) struct Checkout {
    top: PathBuf,
    origin: Option<Origin>,
    origin_url: Option<String>,
}

impl Checkout {
    /// Looks around the current folder. Outside of a checkout, or without git, that folder is all
    /// there is to know.
    ///
    /// # Errors
    /// The folder is gone, or git refuses to read it.
    pub(super) fn here() -> Result<Self, UserError> {
        let folder = std::env::current_dir().map_err(|error| {
            let error = format!("the current folder cannot be read: {error}");
            UserError::new(Exit::Usage, error)
        })?;
        match Self::around(&folder) {
            Err(GitError::Missing) => Ok(Self {
                top: folder,
                origin: None,
                origin_url: None,
            }),
            found => found.map_err(|error| refused(&error)),
        }
    }

    fn around(folder: &Path) -> Result<Self, GitError> {
        Ok(Self {
            top: git::toplevel(folder)?.unwrap_or_else(|| folder.to_owned()),
            origin: git::origin(folder)?,
            origin_url: git::origin_url(folder)?,
        })
    }

    /// Its top folder; the current one outside of a checkout.
    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    /// The repository of the remote `origin`.
    pub(super) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The address of the remote `origin`; credentials in it are not for jobs.
    pub(super) fn origin_url(&self) -> Option<&str> {
        self.origin_url.as_deref()
    }

    /// The default branch of the remote `origin`, as far as this checkout knows.
    pub(super) fn default_branch(&self) -> Option<String> {
        git::default_branch(&self.top)
    }

    /// The commit that is checked out; none outside of a checkout and before the first commit.
    ///
    /// # Errors
    /// Git cannot read it.
    pub(super) fn head(&self) -> Result<Option<Head>, UserError> {
        match git::head(&self.top) {
            Ok(head) => Ok(Some(head)),
            Err(GitError::Missing | GitError::NotACheckout(_) | GitError::NoCommit(_)) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    /// The commit that a build is of.
    ///
    /// # Errors
    /// There is none, or git cannot read it.
    pub(super) fn commit(&self) -> Result<Head, UserError> {
        git::head(&self.top).map_err(|error| refused(&error))
    }
}

fn refused(error: &GitError) -> UserError {
    let shown = UserError::new(Exit::Usage, error.to_string());
    match error {
        GitError::NotACheckout(_) | GitError::NoCommit(_) => {
            shown.hint("`agent run` builds a git checkout with at least one commit; stand in one")
        }
        _ => shown,
    }
}
