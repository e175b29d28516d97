//! From rows of the matrix to the plan.

use crate::changes::KEYS;
use crate::config::secrets::Paths;
use crate::config::value::flag;
use crate::matrix::{Job as Row, Skip, SkipKind, Stage as Named};
use crate::reference::Extras;
use crate::yaml::{Map, Node};

use super::{Concurrency, Job, Plan, Skipped, SkippedThing, Stage};

/// The plan of jobs in the order of their numbers.
pub(crate) fn build(
    config: &Map,
    named: &[Named],
    rows: &[Row<'_>],
    skipped: &[Skip],
    paths: &Paths,
    extras: Extras,
) -> Plan {
    let mut stages: Vec<Stage> = match named {
        [] => vec![Stage::default()],
        named => named
            .iter()
            .map(|stage| Stage {
                name: Some(stage.name.clone()),
                jobs: vec![],
            })
            .collect(),
    };
    let of_build = config.get("concurrency");
    let of_build = of_build.filter(|_| extras == Extras::With);
    for (row, number) in rows.iter().zip(1..) {
        let mut job = Job {
            number,
            ..Job::from_row(row, paths, extras)
        };
        let belongs = |stage: &Named| job.stage.as_deref().is_some_and(|name| stage.is(name));
        // What the root says is of the build, and not of each job.
        if row.get("concurrency").map(|node| node.span) == of_build.map(|node| node.span) {
            job.concurrency = None;
        }
        let at = named.iter().position(belongs).unwrap_or_default();
        if let Some(stage) = stages.get_mut(at) {
            job.stage.clone_from(&stage.name);
            stage.jobs.push(job);
        }
    }
    stages.retain(|stage| !stage.jobs.is_empty());
    super::titles::give(&mut stages);
    Plan {
        stages,
        fast_finish: config
            .get("jobs")
            .and_then(|jobs| jobs.get("fast_finish"))
            .and_then(flag)
            .unwrap_or_default(),
        concurrency: of_build.and_then(Concurrency::from_node),
        skipped: skipped.iter().filter_map(left_out).collect(),
    }
}

/// What a condition left out, as users see it; rules about jobs are not shown.
fn left_out(skip: &Skip) -> Option<Skipped> {
    let what = match &skip.kind {
        SkipKind::Job(name) => SkippedThing::Job(name.clone()),
        SkipKind::Stage(name) => SkippedThing::Stage(name.clone()),
        SkipKind::Notification(kind) => SkippedThing::Notification(kind.clone()),
        SkipKind::Exclude | SkipKind::AllowFailure => return None,
    };
    Some(Skipped {
        what,
        reason: skip.reason.clone(),
        why: skip.why.clone(),
        behind: Vec::new(),
        span: skip.span,
    })
}

/// What the root says of paths, where it alone has left out every job.
fn by_paths<'p>(config: &Map, plan: &'p Plan) -> Option<&'p Skipped> {
    let keys = KEYS.map(|key| config.get(key).map(|node| node.span));
    let mut skipped = plan.skipped.iter();
    let by_root = skipped.find(|skipped| keys.contains(&Some(skipped.span)))?;
    let same = |skipped: &Skipped| skipped.reason == by_root.reason;
    plan.skipped.iter().all(same).then_some(by_root)
}

/// Why a config with jobs has none left.
pub(crate) fn nothing_left(config: &Map, plan: &Plan) -> Skipped {
    let what = SkippedThing::Build;
    let root = config.get("if").map(|node| node.span);
    let by_root = plan
        .skipped
        .iter()
        .find(|skipped| Some(skipped.span) == root);
    if let Some(by_root) = by_root.or_else(|| by_paths(config, plan)) {
        return Skipped {
            what,
            reason: by_root.reason.clone(),
            why: by_root.why.clone(),
            behind: Vec::new(),
            span: by_root.span,
        };
    }
    let reason = match plan.skipped.as_slice() {
        [] => "every job is excluded".to_owned(),
        [only] => format!("no job is left: {}", only.reason),
        several => format!(
            "none of {} jobs and stages has a condition that holds",
            several.len()
        ),
    };
    let span = plan.skipped.first().map(|skipped| skipped.span);
    let span = span.or_else(|| config.get("jobs").map(|node: &Node| node.span));
    Skipped {
        what,
        reason,
        why: None,
        behind: plan.skipped.clone(),
        span: span.unwrap_or_default(),
    }
}
