//! What will run, in what order, and why something will not.
//!
//! Plans outlive the program that made them: a field that an older version did not write takes its
//! default when it is read. So a new field's default must mean what was done before it.

mod additions;
mod addons;
pub(crate) mod build;
pub(crate) mod checks;
mod titles;

pub use addons::{Addons, Apt, AptSource, CHROMES, KnownHost};

pub use additions::{
    Artifacts, ChangedPaths, Concurrency, KeepWhen, Ready, Reports, Retry, RetryOn, Service,
};

use crate::cache_key::CacheKey;
use crate::condition::Why;
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// A whole build: stages in order, jobs in each, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Stages in order; a config without stages has one without a name.
    pub stages: Vec<Stage>,
    /// Whether the build is finished as soon as all required jobs are (run-time reference §10.6).
    pub fast_finish: bool,
    /// What will not run, with the reason.
    pub skipped: Vec<Skipped>,
    /// `concurrency:` of the whole build (decision 8).
    pub concurrency: Option<Concurrency>,
}

/// Jobs that run together after all earlier stages have passed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stage {
    /// The name as written; `None` where the config has no stages.
    pub name: Option<String>,
    /// The jobs, in the order of their numbers.
    pub jobs: Vec<Job>,
}

/// Something that does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// What it is.
    pub what: SkippedThing,
    /// Why, as a sentence without its full stop.
    pub reason: String,
    /// The condition that decided, taken apart. It is for who asks at once, and not stored.
    #[serde(skip)]
    pub why: Option<Why>,
    /// Of a build without a job left, what was skipped. Not stored either.
    #[serde(skip)]
    pub behind: Vec<Skipped>,
    /// The condition or key that decided.
    pub span: Span,
}

/// What kind of thing was skipped, with the name users know it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkippedThing {
    /// The whole build.
    Build,
    /// A stage.
    Stage(String),
    /// A job, by its name or a short description.
    Job(String),
    /// A notification, by its kind.
    Notification(String),
    /// An imported config, as written.
    Import(String),
}

/// One job, ready to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// Its number in the build, from 1.
    pub number: u32,
    /// `name:`.
    pub name: Option<String>,
    /// What it is called: its name, or what tells it from its neighbours.
    pub title: String,
    /// The stage it belongs to.
    pub stage: Option<String>,
    /// The language.
    pub language: String,
    /// `linux`, `osx`, `windows` …; see [`Job::foreign_os`].
    pub os: String,
    /// The distribution asked for.
    pub dist: Option<String>,
    /// The processor architecture asked for.
    pub arch: Option<String>,
    /// `image:` (decision 8).
    pub image: Option<String>,
    /// The values of the language's version keys, e.g. `("python", "3.8")`.
    pub versions: Vec<(String, String)>,
    /// What other keys of the language say that its default commands name, e.g.
    /// `("npm_args", "--quiet")`.
    pub options: Vec<(String, String)>,
    /// Variables in order: global ones first, later ones win (run-time reference §4.1).
    pub env: Vec<EnvVar>,
    /// The phases.
    pub phases: Phases,
    /// Deploy entries in order.
    pub deploy: Vec<Deploy>,
    /// What is set up before the job.
    pub addons: Addons,
    /// Services in order, by name.
    pub services: Vec<Service>,
    /// Checkout options.
    pub git: Git,
    /// Whether its failure does not count.
    pub allow_failure: bool,
    /// `timeout:` in seconds (decision 8).
    pub timeout: Option<u64>,
    /// `silence_timeout:` in seconds (decision 8).
    pub silence_timeout: Option<u64>,
    /// `cache.key:` (decision 8).
    pub cache_key: Option<CacheKey>,
    /// `paths:` and `paths-ignore:` (decision 8).
    pub paths: ChangedPaths,
    /// `concurrency:` of this job (decision 8); that of the root is [`Plan::concurrency`].
    pub concurrency: Option<Concurrency>,
    /// `retry:` (decision 8).
    pub retry: Option<Retry>,
    /// `artifacts:` (decision 8).
    pub artifacts: Option<Artifacts>,
    /// `reports:` (decision 8).
    pub reports: Reports,
    /// Where the job is written.
    pub span: Span,
}

impl Job {
    /// Why a job cannot run in a Linux container, when its `os` is another (decision 16). The plan
    /// keeps such jobs: the settings may name an agent for them; where they do not, the job is
    /// skipped with this reason and does not count as required.
    #[must_use]
    pub fn foreign_os(&self) -> Option<String> {
        let linux = self.os == "linux" || self.os.starts_with("linux-");
        (!linux).then(|| format!("os is {}, and no agent here runs that", self.os))
    }
}

/// One variable of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvVar {
    /// A value that anyone may see.
    Plain {
        /// The name.
        name: String,
        /// The value.
        value: EnvValue,
        /// Where it is written.
        span: Span,
    },
    /// A sealed value: `secure: …` or `NAME: {secure: …}`.
    Secure {
        /// The name, where it is written outside of the seal.
        name: Option<String>,
        /// The sealed text; never opened here.
        sealed: String,
        /// The dotted path of the place with list positions, e.g. `env.global[1].secure`.
        path: String,
        /// Where it is written.
        span: Span,
    },
}

/// How a plain value becomes the variable's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvValue {
    /// From a map (`A: hello world`): literal text in which `$VAR` and `${VAR}` are expanded (decision 6).
    Literal(String),
    /// From a string (`A="x y" B=$A`): one shell word as written, quotes and all.
    Shell(String),
}

/// The phases that a config can write, in running order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Phases {
    /// `before_install`
    pub before_install: Phase,
    /// `install`
    pub install: Phase,
    /// `before_script`
    pub before_script: Phase,
    /// `script`
    pub script: Phase,
    /// `before_cache`
    pub before_cache: Phase,
    /// `after_success`
    pub after_success: Phase,
    /// `after_failure`
    pub after_failure: Phase,
    /// `before_deploy`
    pub before_deploy: Phase,
    /// `after_deploy`
    pub after_deploy: Phase,
    /// `after_script`
    pub after_script: Phase,
}

/// One phase of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The key is absent: the language's default, where it has one.
    #[default]
    Absent,
    /// `skip` or `ignore`: nothing, said in the log.
    Skip,
    /// Commands in order; may be empty.
    Commands(Vec<Command>),
}

/// One command: one list item, possibly of several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Command {
    /// The text as written.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// One deploy entry (run-time reference §9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deploy {
    /// The provider's name.
    pub provider: String,
    /// The options besides `provider`, `on`, `run`, `allow_failure`, as normalised.
    pub options: Vec<(String, DeployValue)>,
    /// The conditions of `on:`.
    pub on: DeployOn,
    /// `run:` commands after the deployment.
    pub run: Vec<Command>,
    /// Whether its failure is ignored.
    pub allow_failure: bool,
    /// Where it is written.
    pub span: Span,
}

/// An option's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DeployValue {
    /// A text; `$VAR` and `$(…)` are expanded in the job's shell.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
    /// Values by name.
    Map(Vec<(String, DeployValue)>),
    /// A sealed value with its dotted path.
    Secure {
        /// The sealed text.
        sealed: String,
        /// The path, e.g. `deploy.password`.
        path: String,
        /// Where it is written.
        span: Span,
    },
}

/// `on:` of a deploy entry (run-time reference §9.2); every part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeployOn {
    /// `repo:`
    pub repo: Option<String>,
    /// `branch:`; empty means the default branch, unless `all_branches` or `tags: true`.
    pub branches: Vec<String>,
    /// `all_branches:`
    pub all_branches: bool,
    /// `tags:`
    pub tags: Option<bool>,
    /// `condition:` texts, each tested with `[[ … ]]` in the job's shell.
    pub conditions: Vec<String>,
    /// Version keys and `os`, e.g. `("python", "3.8")`.
    pub runtime: Vec<(String, String)>,
}

/// `git:` (run-time reference §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Git {
    /// `depth:`; `None` is the whole history (`false`).
    pub depth: Option<u32>,
    /// `submodules:`
    pub submodules: bool,
    /// `submodules_depth:`
    pub submodules_depth: Option<u32>,
    /// `quiet:`
    pub quiet: bool,
    /// `lfs_skip_smudge:`
    pub lfs_skip_smudge: bool,
    /// `clone:`
    pub clone: bool,
    /// `strategy: tarball`
    pub tarball: bool,
    /// `autocrlf:`
    pub autocrlf: Option<String>,
    /// `symlinks:`
    pub symlinks: Option<bool>,
    /// `sparse_checkout:`
    pub sparse_checkout: Option<String>,
}

impl Default for Git {
    fn default() -> Self {
        Self {
            depth: Some(50),
            submodules: true,
            submodules_depth: None,
            quiet: false,
            lfs_skip_smudge: false,
            clone: true,
            tarball: false,
            autocrlf: None,
            symlinks: None,
            sparse_checkout: None,
        }
    }
}
