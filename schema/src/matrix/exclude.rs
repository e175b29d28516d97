//! `jobs.exclude`

use crate::yaml::{Map, Node};

use super::conditions::{Conditions, Overlay, Skip, SkipKind};
use super::job::Job;
use super::same::{items, same_items};
use super::{conditions, env};

/// Whether a rule removes the job.
pub(super) fn is_excluded(
    root: &Map,
    job: &Job,
    conditions: Option<&dyn Conditions>,
    skipped: &mut Vec<Skip>,
) -> bool {
    let rules = root
        .get("jobs")
        .and_then(|jobs| jobs.get("exclude"))
        .map(items);
    rules
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_map)
        .any(|rule| {
            let overlay = Overlay::Job(job);
            conditions::accepts(conditions, rule, overlay, (SkipKind::Exclude, 1), skipped)
                && fits(root, job, rule)
        })
}

fn fits(root: &Map, job: &Job, rule: &Map) -> bool {
    let keys = rule.entries.iter().filter(|entry| entry.key.text != "if");
    keys.into_iter().all(|entry| match entry.key.text.as_str() {
        "env" => env::own(root, job).is_some_and(|own| same_items(&own, items(&entry.value))),
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
