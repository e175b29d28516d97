//! What a job says beside the language of Travis CI (decision 8).

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// A service (decision 14, 15).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// What it is called: of a known service the canonical name, e.g. `postgresql`, `docker`.
    pub name: String,
    /// The version of a known service that an addon asks for.
    pub version: Option<String>,
    /// Its image; `None` for the one that a known service has.
    pub image: Option<String>,
    /// Variables of its container, beside those that a known service has.
    pub env: Vec<(String, String)>,
    /// The words of its container's command; empty for that of the image.
    pub command: Vec<String>,
    /// Of `docker` only: whether its daemon has the layers of earlier builds, and keeps its own;
    /// `None` for what the repository's settings say.
    pub cache: Option<bool>,
    /// When it is ready; `None` for a known service's own check, and else as soon as it runs.
    pub ready: Option<Ready>,
    /// Where it is written.
    pub span: Span,
}

/// When a service is ready: all that is said has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ready {
    /// A command of the service's container that ends with 0.
    pub command: Option<String>,
    /// A port that takes connections.
    pub port: Option<u16>,
    /// Seconds after which it counts as failed.
    pub timeout: Option<u64>,
}

/// `paths` and `paths-ignore`: patterns of changed paths (see [`crate::glob`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangedPaths {
    /// One of these has to have changed; empty for any.
    pub only: Vec<String>,
    /// Changes of these do not count.
    pub ignore: Vec<String>,
}

/// `concurrency`: what may not run at the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Concurrency {
    /// The group's name.
    pub group: String,
    /// Whether a newer one cancels the one that runs.
    pub cancel: bool,
}

/// `retry`: whether a job is run again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retry {
    /// How often at most.
    pub count: u8,
    /// After which results; empty after each that is not passed or canceled.
    pub on: Vec<RetryOn>,
}

/// A result after which a job is run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetryOn {
    /// A command of `script` failed.
    Failed,
    /// The job could not be run as meant.
    Errored,
}

/// `artifacts`: files of a job to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Artifacts {
    /// Patterns of what is kept.
    pub paths: Vec<String>,
    /// Patterns of what is not.
    pub exclude: Vec<String>,
    /// After which results.
    pub when: KeepWhen,
}

/// When artifacts are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeepWhen {
    /// After a job that passed.
    #[default]
    Passed,
    /// After one that did not.
    Failed,
    /// After each.
    Always,
}

/// `reports`: patterns of files by what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reports {
    /// Results of tests as JUnit's XML.
    pub junit: Vec<String>,
    /// Coverage as Cobertura's XML.
    pub cobertura: Vec<String>,
    /// Coverage as LCOV's text.
    pub lcov: Vec<String>,
}
