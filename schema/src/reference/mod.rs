//! The language as one table: every key with its type, other names, values, default,
//! deprecation and a line of documentation.
//!
//! Checking, did-you-mean, normalisation and the reference pages all come from here. To add a key,
//! add a row to the section it belongs to: `root` (keys of the whole build), `job` (keys that jobs
//! have too), `languages`, or the file named after the key.

mod additions;
mod addons;
mod branches;
mod cache;
mod deploy;
mod env;
mod examples;
mod git;
mod imports;
mod job;
mod jobs;
mod languages;
mod notifications;
mod os;
mod providers;
mod root;
mod services;
mod stages;
mod support;
mod types;
mod vault;
mod vm;
mod words;
mod workspaces;

use std::sync::{Arc, LazyLock};

pub use additions::is_added;
pub use examples::example;
pub use git::is_unlisted;
pub use job::Extras;
pub use languages::versions;
pub use os::language_names as languages;
pub use services::{service, service_names};
pub use support::{Supporting, expand_keys, key_support, value_support};
pub use types::{
    Change, Custom, Detect, Format, Idle, Key, MapType, Prefix, Shape, StrType, Support, Type, Word,
};
pub use words::{forbidden, respelled, stopped_from, stopped_to, unmatchable};

/// The table for a config: `.ci.yml` has keys that `.travis.yml` has not (decision 8).
#[must_use]
pub fn table(extras: Extras) -> &'static Arc<Type> {
    static TRAVIS: LazyLock<Arc<Type>> = LazyLock::new(|| Arc::new(root::root(Extras::Without)));
    static AGENT: LazyLock<Arc<Type>> = LazyLock::new(|| Arc::new(root::root(Extras::With)));
    match extras {
        Extras::Without => &TRAVIS,
        Extras::With => &AGENT,
    }
}
