//! `jobs.allow_failures`

use std::sync::Arc;

use crate::source::Span;
use crate::yaml::{Map, Node, Resolved, Scalar, Style, Value};

use super::conditions::{self, Conditions, Overlay, Skip, SkipKind};
use super::env;
use super::job::Job;
use super::same::{contains, items, same, same_items};

/// Marks the jobs that a rule names.
pub(super) fn mark(
    root: &Map,
    jobs: &mut [Job],
    conditions: Option<&dyn Conditions>,
    skipped: &mut Vec<Skip>,
) {
    let rules = root
        .get("jobs")
        .and_then(|jobs| jobs.get("allow_failures"))
        .map(items);
    let rules = rules.unwrap_or_default().iter();
    for (rule, number) in rules
        .filter_map(|rule| rule.as_map().map(|map| (map, rule.span)))
        .zip(1..)
    {
        let (rule, span) = rule;
        for job in jobs.iter_mut() {
            let kind = (SkipKind::AllowFailure, number);
            if fits(root, job, rule, conditions)
                && conditions::accepts(conditions, rule, Overlay::Job(job), kind, skipped)
            {
                job.set("allow_failure", Arc::new(truth(span)));
            }
        }
    }
}

fn truth(span: Span) -> Node {
    let scalar = Scalar {
        text: "true".to_owned(),
        style: Style::Plain,
        resolved: Resolved::Bool(true),
    };
    Node::new(Value::Scalar(scalar), span)
}

fn fits(root: &Map, job: &Job, rule: &Map, conditions: Option<&dyn Conditions>) -> bool {
    let keys = rule.entries.iter().filter(|entry| entry.key.text != "if");
    keys.into_iter().all(|entry| match entry.key.text.as_str() {
        "branch" => {
            let branch = conditions.and_then(|conditions| conditions.branch());
            branch.is_some() && branch == entry.value.as_text()
        }
        "env" => fits_env(root, job, items(&entry.value)),
        key => job.get(key).is_some_and(|value| same(value, &entry.value)),
    })
}

fn fits_env(root: &Map, job: &Job, rule: &[Node]) -> bool {
    let Some(own) = env::own(root, job) else {
        return false;
    };
    let global = env::global(root);
    let lacking: Vec<&Node> = rule.iter().filter(|node| !contains(&own, node)).collect();
    let all_global = lacking.iter().all(|node| contains(global, node));
    same_items(&own, rule) || (!lacking.is_empty() && all_global)
}
