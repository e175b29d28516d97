//! `jobs.exclude`

use crate::yaml::{Map, Node};

use super::conditions::{self, Conditions, LeftOut, Overlay, SkipKind};
use super::env::{Globals, Own, texts};
use super::job::Job;
use super::same::{items, same_items};

/// The rules as written.
pub(super) fn rules(root: &Map) -> &[Node] {
    let rules = root.get("jobs").and_then(|jobs| jobs.get("exclude"));
    rules.map(items).unwrap_or_default()
}

/// The rules, with the texts of their variables.
pub(super) struct Rules<'a> {
    rules: Vec<(&'a Map, Vec<String>)>,
    /// The variables of every job, where a rule asks for variables.
    globals: Option<Globals<'a>>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(root: &'a Map) -> Self {
        let rules = rules(root).iter().filter_map(Node::as_map);
        let with_texts = |rule: &'a Map| {
            (
                rule,
                rule.get("env").map(items).map(texts).unwrap_or_default(),
            )
        };
        let rules: Vec<_> = rules.map(with_texts).collect();
        let asks_env = rules.iter().any(|(rule, _)| rule.get("env").is_some());
        Self {
            rules,
            globals: asks_env.then(|| Globals::of(root)),
        }
    }

    /// Whether a rule removes the job.
    pub(super) fn exclude(
        &self,
        job: &Job<'_>,
        conditions: Option<&dyn Conditions>,
        left_out: &mut LeftOut,
    ) -> bool {
        let own = self.globals.as_ref().and_then(|globals| globals.own(job));
        self.rules.iter().any(|(rule, env)| {
            let overlay = Overlay::Job(job);
            conditions::accepts(
                conditions,
                rule,
                overlay,
                (|| SkipKind::Exclude, 1),
                left_out,
            ) && fits(job, own.as_ref(), rule, env)
        })
    }
}

fn fits(job: &Job<'_>, own: Option<&Own>, rule: &Map, env: &[String]) -> bool {
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
