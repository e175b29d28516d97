//! The work trees of one build: made once for all jobs that want the same.

use super::archive::{Archive, sweep};
use super::{GitError, Mirror, Want};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where a build's files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the commit.
    Commit,
    /// From the checkout at this path, as it lies (decision 34).
    AsItLies(PathBuf),
}

/// A work tree, ready for a container.
#[derive(Debug)]
pub struct Tree {
    /// The tar file; it goes away with the last holder of this value.
    pub archive: Archive,
    /// Submodules whose files are in it already; only from a checkout as it lies.
    pub submodules: Vec<String>,
    /// What was left out, each as `path: reason`.
    pub left_out: Vec<String>,
}

type Slot = Arc<Mutex<Option<Arc<Tree>>>>;

/// The work trees of one build. Jobs that ask for the same at the same time wait for one archive.
#[derive(Debug)]
pub struct Trees {
    mirror: Mirror,
    source: Source,
    dir: PathBuf,
    made: Mutex<HashMap<Want, Slot>>,
}

impl Trees {
    /// Work trees below `<data>/tmp`; archives of dead processes there are removed.
    #[must_use]
    pub fn new(data: &Path, mirror: Mirror, source: Source) -> Self {
        let dir = data.join("tmp");
        sweep(&dir);
        Self {
            mirror,
            source,
            dir,
            made: Mutex::default(),
        }
    }

    /// The work tree for a job. Blocks while it is made.
    ///
    /// # Errors
    /// As [`Mirror::materialise`]; the next call tries again.
    pub fn get(&self, want: &Want) -> Result<Arc<Tree>, GitError> {
        let slot = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(made.entry(want.clone()).or_default())
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = &*slot {
            return Ok(Arc::clone(tree));
        }
        let tree = Arc::new(self.make(want)?);
        *slot = Some(Arc::clone(&tree));
        Ok(tree)
    }

    fn make(&self, want: &Want) -> Result<Tree, GitError> {
        match &self.source {
            Source::Commit => Ok(Tree {
                archive: self.mirror.materialise(want, &self.dir)?,
                submodules: Vec::new(),
                left_out: Vec::new(),
            }),
            Source::AsItLies(checkout) => {
                let lies = self.mirror.as_it_lies(checkout, want, &self.dir)?;
                Ok(Tree {
                    archive: lies.archive,
                    submodules: lies.submodules,
                    left_out: lies.left_out,
                })
            }
        }
    }
}
