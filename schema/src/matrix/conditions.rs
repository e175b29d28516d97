//! `if:` of jobs, rules, stages and notifications.

use std::collections::HashMap;
use std::ops::Range;

use crate::condition::Why;
use crate::source::Span;
use crate::yaml::{Map, Node, part_of};

use super::job::Job;

/// Whether a condition holds, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What decided, in words.
    pub reason: String,
    /// The same taken apart, where it does not hold.
    pub why: Option<Why>,
}

/// What a condition sees above the facts of the event.
#[derive(Clone, Copy, Debug)]
pub enum Overlay<'a> {
    /// A job.
    Job(&'a Job<'a>),
    /// The whole config.
    Config(&'a Map),
}

/// A condition that has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why, and what to write instead.
    pub reason: String,
    /// The bytes of the condition's text that it is about.
    pub part: Range<usize>,
    /// Whether the budget is used up, so that no later condition has an answer either.
    pub exhausted: bool,
}

/// Judges conditions by the facts of an event.
pub trait Conditions {
    /// Whether the condition holds for a job or the config.
    ///
    /// # Errors
    /// When it has no answer.
    fn judge(&self, condition: &str, overlay: Overlay<'_>) -> Result<Verdict, Failure>;

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
    /// The same taken apart; `None` where there was no answer.
    pub why: Option<Why>,
    /// Where the condition stands.
    pub span: Span,
}

/// A condition without an answer, at its place. It counts as false; decision 5 makes it an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why, and what to write instead.
    pub reason: String,
    /// The part of the condition.
    pub span: Span,
}

/// What conditions left out, each once.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// Because they do not hold.
    pub skipped: Vec<Skip>,
    /// Because they have no answer: the first of each condition.
    pub failed: Vec<Failed>,
    /// The positions of what was skipped by conditions at a place.
    known: HashMap<Span, Vec<usize>>,
    /// Whether it was told that the budget is used up.
    exhausted: bool,
}

impl LeftOut {
    pub(crate) fn skip(&mut self, skip: Skip) {
        let known = self.known.entry(skip.span).or_default();
        if !known.iter().any(|at| self.skipped.get(*at) == Some(&skip)) {
            known.push(self.skipped.len());
            self.skipped.push(skip);
        }
    }

    fn fail(&mut self, reason: String, span: Span, exhausted: bool) {
        let told = exhausted && std::mem::replace(&mut self.exhausted, true);
        if !told && !self.failed.iter().any(|known| known.span == span) {
            self.failed.push(Failed { reason, span });
        }
    }
}

/// Whether a map's `if` holds; what does not is noted.
pub(super) fn accepts(
    conditions: Option<&dyn Conditions>,
    map: &Map,
    overlay: Overlay<'_>,
    (kind, number): (impl FnOnce() -> SkipKind, i64),
    left_out: &mut LeftOut,
) -> bool {
    let Some(conditions) = conditions else {
        return true;
    };
    let Some(node) = map.get("if") else {
        return true;
    };
    judge(conditions, node, overlay, (kind(), number), left_out)
}

/// Whether a job's `if` holds; what does not is noted.
pub(super) fn accepts_job(
    conditions: &dyn Conditions,
    job: &Job<'_>,
    left_out: &mut LeftOut,
) -> bool {
    let Some(node) = job.get("if") else {
        return true;
    };
    let kind = SkipKind::Job(job.label());
    judge(conditions, node, Overlay::Job(job), (kind, 1), left_out)
}

fn judge(
    conditions: &dyn Conditions,
    node: &Node,
    overlay: Overlay<'_>,
    (kind, number): (SkipKind, i64),
    left_out: &mut LeftOut,
) -> bool {
    let Some(condition) = node.as_text() else {
        // What is no text was told of before.
        return true;
    };
    let verdict = match conditions.judge(condition, overlay) {
        Ok(verdict) => verdict,
        Err(Failure {
            reason,
            part,
            exhausted,
        }) => {
            left_out.fail(reason.clone(), part_of(node, part), exhausted);
            Verdict {
                holds: false,
                reason,
                why: None,
            }
        }
    };
    if !verdict.holds {
        left_out.skip(Skip {
            kind,
            number,
            condition: condition.to_owned(),
            reason: verdict.reason,
            why: verdict.why,
            span: node.span,
        });
    }
    verdict.holds
}

impl Job<'_> {
    /// How people would name the job.
    pub(crate) fn label(&self) -> String {
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
