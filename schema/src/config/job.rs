//! A job of the matrix in its type.

use crate::languages;
use crate::matrix;
use crate::plan::{Addons, Artifacts, ChangedPaths, Concurrency, Git, Job, Phases, Reports, Retry};
use crate::reference::{Extras, versions};

use super::secrets::Paths;
use super::value::{flag, number, text};
use super::{additions, deploy, env, services};

impl Job {
    /// The job of a row of the matrix; its number is given later.
    #[must_use]
    pub fn from_row(row: &matrix::Job<'_>, paths: &Paths, extras: Extras) -> Self {
        // What is no key of the config's language stays in its tree, and says nothing.
        let added = |key| row.get(key).filter(|_| extras == Extras::With);
        let one = |key| row.get(key).and_then(text);
        let seconds = |key| added(key).and_then(number);
        let versions = versions().filter_map(|key| Some((key.to_owned(), one(key)?)));
        let language = one("language").unwrap_or_default();
        let options = languages::language(&language).map_or(&[][..], |language| language.options);
        let options = options
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), option(row, key)?)));
        let options = options.collect();
        let deploys = row.get("deploy").map(deploy::from_node);
        let services = row.get("services");
        let services = services.map(|node| services::from_node(node, extras));
        let mut services = services.unwrap_or_default();
        if let Some(addons) = row.get("addons") {
            services::with_addons(&mut services, addons);
        }
        Self {
            number: 0,
            title: String::new(),
            name: one("name"),
            stage: one("stage"),
            language,
            os: one("os").unwrap_or_else(|| "linux".to_owned()),
            dist: one("dist"),
            arch: one("arch"),
            image: added("image").and_then(text),
            versions: versions.collect(),
            options,
            env: row
                .get("env")
                .map(|node| env::from_node(node, paths))
                .unwrap_or_default(),
            phases: Phases::from_job(row),
            deploy: deploys.unwrap_or_default(),
            addons: row.get("addons").map(Addons::from_node).unwrap_or_default(),
            services,
            git: row.get("git").map(Git::from_node).unwrap_or_default(),
            allow_failure: row.get("allow_failure").and_then(flag).unwrap_or_default(),
            timeout: seconds("timeout"),
            silence_timeout: seconds("silence_timeout"),
            cache_key: added("cache").and_then(additions::cache_key),
            paths: ChangedPaths::from_nodes(added("paths"), added("paths-ignore")),
            concurrency: added("concurrency").and_then(Concurrency::from_node),
            retry: added("retry").and_then(Retry::from_node),
            artifacts: added("artifacts").and_then(Artifacts::from_node),
            reports: added("reports").map(Reports::from_node).unwrap_or_default(),
            span: row.span.unwrap_or_default(),
        }
    }
}

/// What a key of the language says; `cache.bundler` is a key within another.
fn option(row: &matrix::Job<'_>, key: &str) -> Option<String> {
    let (outer, inner) = key.split_once('.').unwrap_or((key, ""));
    let node = row.get(outer)?;
    let node = if inner.is_empty() {
        node
    } else {
        node.get(inner)?
    };
    flag(node)
        .map(|flag| flag.to_string())
        .or_else(|| text(node))
}
