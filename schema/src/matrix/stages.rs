//! Stages: their order, their jobs, their conditions.

use std::collections::HashSet;

use crate::normalise::is_given;
use crate::source::Span;
use crate::yaml::{Map, Node};

use super::conditions::{self, Conditions, LeftOut, Overlay, SkipKind};
use super::job::{Job, Shared};
use super::same::items;

const FIRST: &str = "test";

/// A stage by its name, which is told apart without case.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The name in its first spelling.
    pub name: String,
    /// Its entry in `stages`, when it has one.
    pub entry: Option<Map>,
    /// Where it is named first.
    pub span: Span,
}

impl Stage {
    /// Whether this is the stage of a name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.name.to_lowercase() == name.to_lowercase()
    }
}

/// The stages with jobs, and the jobs in them; neither where nobody speaks of stages.
pub(super) fn assign<'c>(
    root: &Map,
    mut jobs: Vec<Job<'c>>,
    conditions: Option<&dyn Conditions>,
    left_out: &mut LeftOut,
) -> (Vec<Stage>, Vec<Job<'c>>) {
    let section = section(root);
    let speaks = root.get("stages").is_some_and(is_given);
    if !speaks && jobs.iter().all(|job| job.text("stage").is_none()) {
        return (Vec::new(), jobs);
    }
    let named = section.iter().map(|stage| stage.name.as_str());
    let named = named.chain(jobs.iter().filter_map(|job| job.text("stage")));
    let first = named
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(FIRST));
    let first = Node::string(first.unwrap_or(FIRST), Span::default());
    name_jobs(&mut jobs, Shared::made(first));
    let of_jobs = jobs.iter().filter_map(|job| {
        let span = job.get("stage")?.span;
        Some(Stage {
            name: job.text("stage")?.to_owned(),
            entry: None,
            span,
        })
    });
    let mut known = HashSet::new();
    let mut stages: Vec<Stage> = section.into_iter().chain(of_jobs).collect();
    stages.retain(|stage| known.insert(stage.name.to_lowercase()));
    let mut number = 0;
    stages.retain(|stage| {
        number += 1;
        let Some(entry) = &stage.entry else {
            return true;
        };
        let kind = || SkipKind::Stage(stage.name.clone());
        conditions::accepts(
            conditions,
            entry,
            Overlay::Config(root),
            (kind, number),
            left_out,
        )
    });
    let named = jobs.iter().filter_map(|job| job.text("stage"));
    let used: HashSet<String> = named.map(str::to_lowercase).collect();
    stages.retain(|stage| used.contains(&stage.name.to_lowercase()));
    let left: HashSet<String> = stages
        .iter()
        .map(|stage| stage.name.to_lowercase())
        .collect();
    jobs.retain(|job| {
        let name = job.text("stage").map(str::to_lowercase);
        name.is_some_and(|name| left.contains(&name))
    });
    (stages, jobs)
}

fn name_jobs<'c>(jobs: &mut [Job<'c>], first: Shared<'c>) {
    let mut stage = first;
    for job in jobs {
        match job.shared("stage") {
            Some(own) if !own.is_null() => stage = own.clone(),
            _ => job.set("stage", stage.clone()),
        }
    }
}

fn section(root: &Map) -> Vec<Stage> {
    let entries = root.get("stages").map(items).unwrap_or_default();
    let stage = |node: &Node| {
        let map = node.as_map()?;
        let name = map.get("name")?.as_text()?.to_owned();
        Some(Stage {
            name,
            entry: Some(map.clone()),
            span: node.span,
        })
    };
    entries.iter().filter_map(stage).collect()
}
