//! `jobs.exclude`

use crate::yaml::{Map, Node};

use super::conditions::{self, Conditions, Overlay, Skip, SkipKind};
use super::env::{Globals, Own, texts};
use super::job::Job;
use super::same::{items, same_items};

/// The rules, with the texts of their variables.
pub(super) struct Rules<'a> {
    rules: Vec<(&'a Map, Vec<String>)>,
    globals: Globals<'a>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(root: &'a Map) -> Self {
        let rules = root
            .get("jobs")
            .and_then(|jobs| jobs.get("exclude"))
            .map(items);
        let rules = rules.unwrap_or_default().iter().filter_map(Node::as_map);
        let with_texts = |rule: &'a Map| {
            (
                rule,
                rule.get("env").map(items).map(texts).unwrap_or_default(),
            )
        };
        Self {
            rules: rules.map(with_texts).collect(),
            globals: Globals::of(root),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether a rule removes the job.
    pub(super) fn exclude(
        &self,
        job: &Job,
        conditions: Option<&dyn Conditions>,
        skipped: &mut Vec<Skip>,
    ) -> bool {
        let asks_env = self.rules.iter().any(|(rule, _)| rule.get("env").is_some());
        let own = if asks_env {
            self.globals.own(job)
        } else {
            None
        };
        self.rules.iter().any(|(rule, env)| {
            let overlay = Overlay::Job(job);
            conditions::accepts(conditions, rule, overlay, (SkipKind::Exclude, 1), skipped)
                && fits(job, own.as_ref(), rule, env)
        })
    }
}

fn fits(job: &Job, own: Option<&Own>, rule: &Map, env: &[String]) -> bool {
    let mut keys = rule.entries.iter().filter(|entry| entry.key.text != "if");
    keys.all(|entry| match entry.key.text.as_str() {
        "env" => own.is_some_and(|own| own.are(env)),
        "stage" => match job.text("stage") {
            Some(stage) => entry.value.as_text() == Some(stage),
            None => entry
                .value
                .as_text()
                .is_some_and(|name| name.eq_ignore_ascii_case("test")),
        },
        key => match job.get(key) {
            Some(value) => same_items(items(value), items(&entry.value)),
            None => entry.value.is_null(),
        },
    })
}
