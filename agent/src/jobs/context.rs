//! What all jobs of one build share, and what is each job's own.

use crate::backend::Backend;
use crate::git::Trees;
use crate::images::Choice;
use crate::policy::Grants;
use crate::runner::facts::BuildFacts;
use crate::runner::script::{FromSettings, Given, Withheld};
use crate::secrets::{Opener, Plaintext};
use crate::settings::Settings;
use crate::variables;
use schema::request::Request;
use schema::source::Source;
use std::collections::BTreeMap;
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
    /// What the repository is called now: accounts of registries are given to names.
    pub repository: String,
    /// What layers of jobs' Docker daemons are kept under: a name that no other repository ever has.
    /// `None` where none are kept.
    pub layers_of: Option<String>,
    /// The config and its imports, for places in messages.
    pub sources: Vec<Source>,
    /// Opens the repository's secrets; none where they stay closed.
    pub opener: Option<Opener>,
    /// Work trees; none where no job wants one.
    pub trees: Option<Arc<Trees>>,
    /// The address that jobs see as the remote `origin`, without credentials.
    pub origin: String,
    /// Id, number and page of the build.
    pub build: BuildFacts,
    /// Variables of the repository's settings, which come before those of the config.
    pub variables: FromSettings,
    /// Secrets that the job may have had under an earlier hand: they are hidden, too.
    pub former: Vec<Plaintext>,
    /// Variables that come after those of the config.
    pub given: Vec<Given>,
    /// Whether jobs see `TRAVIS=true` (decision 12).
    pub travis: bool,
    /// The image of the only job, where it is not chosen here.
    pub pinned: Option<Choice>,
    /// What the log says of the work tree, e.g. `the work tree as it lies`.
    pub tree: String,
}

/// The variables of the settings that a build was given, with the reason for those that were kept.
#[must_use]
pub fn from_settings(
    (given, kept): (Vec<variables::Given>, usize),
    grants: &Grants,
) -> FromSettings {
    let why = if grants.untrusted() {
        Withheld::Untrusted
    } else {
        Withheld::Closed
    };
    let given = given.into_iter().map(|given| Given {
        name: given.name,
        value: given.value,
        hidden: !given.public,
    });
    FromSettings {
        given: given.collect(),
        kept: (kept > 0).then_some((why, kept)),
    }
}

/// What one job is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFacts {
    /// Its id, as `TRAVIS_JOB_ID` shows it.
    pub id: String,
    /// Where it can be looked at; empty where there are no pages.
    pub url: String,
    /// Whether this is a further attempt, and by whom it was asked for (may be empty).
    pub restarted: Option<String>,
    /// Which of the runs that `retry:` gives to it this is, and of how many; none where it is none.
    pub retried: Option<(u8, u8)>,
    /// The name of its instance: no other attempt on this engine has it.
    pub instance: String,
    /// Labels of all that is made for it.
    pub labels: BTreeMap<String, String>,
}
