//! `addons:`, as far as it is acted on.

use crate::source::Span;
use serde::{Deserialize, Serialize};

/// What is set up before a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Addons {
    /// `apt:` and `apt_packages:`
    pub apt: Apt,
    /// `hosts:`: further names of the machine itself.
    pub hosts: Vec<String>,
    /// `hostname:`
    pub hostname: Option<String>,
    /// `ssh_known_hosts:`
    pub ssh_known_hosts: Vec<KnownHost>,
    /// `chrome:`, one of [`CHROMES`].
    pub chrome: Option<String>,
    /// `firefox:`: a version, or `latest`, `latest-esr` and the like.
    pub firefox: Option<String>,
    /// Keys that nothing comes of, for the job's log.
    pub ignored: Vec<String>,
    /// Where they are written.
    pub span: Span,
}

/// The channels of Chrome.
pub const CHROMES: [&str; 2] = ["stable", "beta"];

/// Packages and their sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Apt {
    /// Packages in order, each as `apt-get install` takes it.
    pub packages: Vec<String>,
    /// Sources in order.
    pub sources: Vec<AptSource>,
    /// `update:`: the lists are fetched though nothing is installed.
    pub update: bool,
    /// `config: {retries: true}`
    pub retries: bool,
    /// Where it is written.
    pub span: Span,
}

/// Where packages come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AptSource {
    /// `ppa:owner/name`
    Ppa(String),
    /// A line of `sources.list`.
    Line {
        /// The line.
        line: String,
        /// The address of its key.
        key: Option<String>,
    },
    /// A name that is not known: the job's log says that it is not added.
    Unknown(String),
}

/// A host whose keys ssh shall know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownHost {
    /// Its name or address.
    pub name: String,
    /// Its port, where it is not 22.
    pub port: Option<u16>,
}

impl Addons {
    /// Whether anything is to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self
            == Self {
                span: self.span,
                ..Self::default()
            }
    }
}

impl Apt {
    /// Whether apt has anything to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.sources.is_empty() && !self.update
    }
}
