//! A job of the matrix in its type.

use crate::languages;
use crate::matrix;
use crate::plan::{Git, Job, Phases};
use crate::reference::versions;

use super::secrets::Paths;
use super::value::{flag, number, text};
use super::{deploy, env, services};

impl Job {
    /// The job of a row of the matrix; its number is given later.
    #[must_use]
    pub fn from_row(row: &matrix::Job, paths: &Paths) -> Self {
        let one = |key| row.get(key).and_then(|node| text(node));
        let seconds = |key| row.get(key).and_then(|node| number(node));
        let versions = versions().filter_map(|key| Some((key.to_owned(), one(key)?)));
        let language = one("language").unwrap_or_default();
        let options = languages::language(&language).map_or(&[][..], |language| language.options);
        let options = options
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), one(key)?)));
        let options = options.collect();
        let deploys = row.get("deploy").map(|node| deploy::from_node(node));
        Self {
            number: 0,
            title: String::new(),
            name: one("name"),
            stage: one("stage"),
            language,
            os: one("os").unwrap_or_else(|| "linux".to_owned()),
            dist: one("dist"),
            arch: one("arch"),
            image: one("image"),
            versions: versions.collect(),
            options,
            env: row
                .get("env")
                .map(|node| env::from_node(node, paths))
                .unwrap_or_default(),
            phases: Phases::from_job(row),
            deploy: deploys.unwrap_or_default(),
            services: row
                .get("services")
                .map(|node| services::from_node(node))
                .unwrap_or_default(),
            git: row
                .get("git")
                .map(|node| Git::from_node(node))
                .unwrap_or_default(),
            allow_failure: row
                .get("allow_failure")
                .and_then(|node| flag(node))
                .unwrap_or_default(),
            timeout: seconds("timeout"),
            silence_timeout: seconds("silence_timeout"),
            span: row.span.unwrap_or_default(),
        }
    }
}
