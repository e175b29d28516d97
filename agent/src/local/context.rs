//! What all jobs of one local build share.

use crate::backend::Backend;
use crate::git::Trees;
use crate::policy::Grants;
use crate::secrets::{Opener, Plaintext};
use crate::settings::Settings;
use schema::request::Request;
use schema::source::Source;
use std::sync::Arc;

/// What all jobs of one build share.
pub struct Context {
    /// Where jobs run.
    pub backend: Arc<dyn Backend>,
    /// The operator's word.
    pub settings: Settings,
    /// What the build was granted.
    pub grants: Grants,
    /// What the build is for.
    pub request: Request,
    /// The config and its imports, for places in messages.
    pub sources: Vec<Source>,
    /// Opens the repository's secrets; none where they stay closed.
    pub opener: Option<Opener>,
    /// Work trees.
    pub trees: Arc<Trees>,
    /// The address that jobs see as the remote `origin`, without credentials.
    pub origin: String,
    /// The number of the build.
    pub build: u64,
    /// A name for the build that no other has.
    pub run: String,
    /// Variables that come after those of the config.
    pub variables: Vec<(String, Plaintext)>,
    /// Values beside the sealed ones that logs must not show.
    pub hidden: Vec<Plaintext>,
    /// Whether jobs see `TRAVIS=true` (decision 12).
    pub travis: bool,
    /// What the log says of the work tree, e.g. `the work tree as it lies`.
    pub tree: String,
}
