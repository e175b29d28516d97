//! A job of the matrix in its type.

use crate::matrix;
use crate::plan::{Git, Job, Phases};
use crate::reference::versions;

use super::secrets::Paths;
use super::value::{flag, number, text};
use super::{deploy, env, services};

impl Job {
    /// The job of a row of the matrix; its number is given later.
    #[must_use]
    pub fn from_row(row: &matrix::Job<'_>, paths: &Paths) -> Self {
        let one = |key| row.get(key).and_then(text);
        let seconds = |key| row.get(key).and_then(number);
        let versions = versions().filter_map(|key| Some((key.to_owned(), one(key)?)));
        let deploys = row.get("deploy").map(deploy::from_node);
        Self {
            number: 0,
            title: String::new(),
            name: one("name"),
            stage: one("stage"),
            language: one("language").unwrap_or_default(),
            os: one("os").unwrap_or_else(|| "linux".to_owned()),
            dist: one("dist"),
            arch: one("arch"),
            image: one("image"),
            versions: versions.collect(),
            env: row
                .get("env")
                .map(|node| env::from_node(node, paths))
                .unwrap_or_default(),
            phases: Phases::from_job(row),
            deploy: deploys.unwrap_or_default(),
            services: row
                .get("services")
                .map(services::from_node)
                .unwrap_or_default(),
            git: row.get("git").map(Git::from_node).unwrap_or_default(),
            allow_failure: row.get("allow_failure").and_then(flag).unwrap_or_default(),
            timeout: seconds("timeout"),
            silence_timeout: seconds("silence_timeout"),
            span: row.span.unwrap_or_default(),
        }
    }
}
