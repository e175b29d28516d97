//! What the operator can ask for from a page. The daemon does it.

use crate::store::BuildId;
use async_trait::async_trait;

/// What is to run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Every job of a build.
    Build(BuildId),
    /// Its jobs that have not passed, and what was canceled because of them (decision 28).
    Failed(BuildId),
    /// One job by its number in the build; later stages resume (decision 28).
    Job(BuildId, u32),
}

/// What is to be canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// A build with all jobs that have not ended.
    Build(BuildId),
    /// One job by its number in the build.
    Job(BuildId, u32),
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// It makes no sense now; why, as a sentence without its full stop, for the person who asked.
    #[error("{0}")]
    Refused(String),
    /// It may be done a little later.
    #[error("busy: {0}")]
    Busy(String),
    /// A mistake of ours.
    #[error("{0}")]
    Broken(String),
}

/// What the operator can ask for. Asking twice does no harm.
#[async_trait]
pub trait Actions: Send + Sync {
    /// Runs something again.
    ///
    /// # Errors
    /// It still runs, its config was refused, or it cannot be noted.
    async fn restart(&self, what: Restart) -> Result<(), ActionError>;

    /// Cancels something; what has ended stays as it is.
    ///
    /// # Errors
    /// It has ended, or it cannot be noted.
    async fn cancel(&self, what: Cancel) -> Result<(), ActionError>;

    /// Approves the head commit of a build's pull request, and no other (security T4).
    ///
    /// # Errors
    /// The head commit is another by now, or it cannot be noted.
    async fn approve(&self, build: BuildId, head_sha: &str) -> Result<(), ActionError>;
}
