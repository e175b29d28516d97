//! `if:` of jobs, rules, stages and notifications.

use crate::source::Span;
use crate::yaml::{Map, Node};

use super::job::Job;

/// Whether a condition holds, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What decided, in words.
    pub reason: String,
}

/// What a condition sees above the facts of the event.
#[derive(Clone, Copy, Debug)]
pub enum Overlay<'a> {
    /// A job.
    Job(&'a Job),
    /// The whole config.
    Config(&'a Map),
}

/// Judges conditions by the facts of an event.
pub trait Conditions {
    /// Whether the condition holds for a job or the config.
    fn judge(&self, condition: &str, overlay: Overlay<'_>) -> Verdict;

    /// The branch of the event.
    fn branch(&self) -> Option<&str>;
}

/// What kind of thing a condition left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipKind {
    /// A job, by its name or what tells it from others.
    Job(String),
    /// A rule of `jobs.exclude`.
    Exclude,
    /// A stage, by its name.
    Stage(String),
    /// A rule of `jobs.allow_failures`.
    AllowFailure,
    /// A notification, by its kind.
    Notification(String),
}

/// Something left out because of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// What it is.
    pub kind: SkipKind,
    /// Its number among its kind, as the reference counts.
    pub number: i64,
    /// The condition as written.
    pub condition: String,
    /// What decided, in words.
    pub reason: String,
    /// Where the condition stands.
    pub span: Span,
}

/// Whether a map's `if` holds; what does not is noted.
pub(super) fn accepts(
    conditions: Option<&dyn Conditions>,
    map: &Map,
    overlay: Overlay<'_>,
    (kind, number): (SkipKind, i64),
    skipped: &mut Vec<Skip>,
) -> bool {
    let Some(conditions) = conditions else {
        return true;
    };
    let Some(node) = map.get("if") else {
        return true;
    };
    judge(conditions, node, overlay, (kind, number), skipped)
}

/// Whether a job's `if` holds; what does not is noted.
pub(super) fn accepts_job(conditions: &dyn Conditions, job: &Job, skipped: &mut Vec<Skip>) -> bool {
    let Some(node) = job.get("if") else {
        return true;
    };
    let kind = SkipKind::Job(job.label());
    judge(conditions, node, Overlay::Job(job), (kind, 1), skipped)
}

fn judge(
    conditions: &dyn Conditions,
    node: &Node,
    overlay: Overlay<'_>,
    (kind, number): (SkipKind, i64),
    skipped: &mut Vec<Skip>,
) -> bool {
    let Some(condition) = node.as_text() else {
        // What is no text was told of before.
        return true;
    };
    let verdict = conditions.judge(condition, overlay);
    if !verdict.holds {
        let condition = condition.to_owned();
        let skip = Skip {
            kind,
            number,
            condition,
            reason: verdict.reason,
            span: node.span,
        };
        if !skipped.contains(&skip) {
            skipped.push(skip);
        }
    }
    verdict.holds
}

impl Job {
    /// How people would name the job.
    pub(super) fn label(&self) -> String {
        if let Some(name) = self.text("name") {
            return name.to_owned();
        }
        let mut parts: Vec<String> = Vec::new();
        for key in crate::reference::versions() {
            if let Some(value) = self.text(key) {
                parts.push(format!("{key} {value}"));
            }
        }
        if let Some(stage) = self.text("stage") {
            parts.push(format!("stage {stage}"));
        }
        if parts.is_empty() {
            "a job without a name".to_owned()
        } else {
            parts.join(", ")
        }
    }
}
