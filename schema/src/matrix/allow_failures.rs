//! `jobs.allow_failures`

use crate::source::Span;
use crate::yaml::{Map, Node, Resolved, Scalar, Style, Value};

use super::conditions::{self, Conditions, LeftOut, Overlay, SkipKind};
use super::env::{Globals, Own, texts};
use super::job::{Job, Shared};
use super::same::{items, same};

/// The rules as written.
pub(super) fn rules(root: &Map) -> &[Node] {
    let rules = root.get("jobs").and_then(|jobs| jobs.get("allow_failures"));
    rules.map(items).unwrap_or_default()
}

/// Marks the jobs that a rule names.
pub(super) fn mark(
    root: &Map,
    jobs: &mut [Job<'_>],
    conditions: Option<&dyn Conditions>,
    left_out: &mut LeftOut,
) {
    let rules = rules(root);
    if rules.is_empty() {
        return;
    }
    let globals = Globals::of(root);
    let branch = conditions.and_then(|conditions| conditions.branch());
    let owns: Vec<Option<Own>> = jobs.iter().map(|job| globals.own(job)).collect();
    for (node, number) in rules.iter().zip(1..) {
        let Some(rule) = node.as_map() else {
            continue;
        };
        let env = rule.get("env").map(items).map(texts).unwrap_or_default();
        for (job, own) in jobs.iter_mut().zip(&owns) {
            let kind = (|| SkipKind::AllowFailure, number);
            if fits(job, rule, branch, |_| {
                fits_env(own.as_ref(), &globals, &env)
            }) && conditions::accepts(conditions, rule, Overlay::Job(job), kind, left_out)
            {
                job.set("allow_failure", Shared::made(truth(node.span)));
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

fn fits(job: &Job<'_>, rule: &Map, branch: Option<&str>, env: impl Fn(&Node) -> bool) -> bool {
    let mut keys = rule.entries.iter().filter(|entry| entry.key.text != "if");
    keys.all(|entry| match entry.key.text.as_str() {
        "branch" => branch.is_some() && branch == entry.value.as_text(),
        "env" => env(&entry.value),
        key => job.get(key).is_some_and(|value| same(value, &entry.value)),
    })
}

/// Whether a rule's variables are the job's own, or those that the job lacks are global: which of a
/// job's variables came from where is not known any more.
fn fits_env(own: Option<&Own>, globals: &Globals<'_>, rule: &[String]) -> bool {
    let Some(own) = own else {
        return false;
    };
    let lacking: Vec<&String> = rule.iter().filter(|text| !own.has(text)).collect();
    let all_global = lacking.iter().all(|text| globals.has(text));
    own.are(rule) || (!lacking.is_empty() && all_global)
}
