//! The plan as people read it in a terminal.

use super::explain::WhyView;
use super::view::{DeployView, ImageView, JobView, PlanView, SkippedView};
use crate::log::clean;
use anstyle::Style;
use std::fmt::Write as _;
use std::iter::repeat;

/// The plan as text, with ANSI styles that the printer strips where they are not wanted.
#[must_use]
pub(super) fn render(plan: &PlanView) -> String {
    let mut out = String::new();
    let jobs = plan.stages.iter().flat_map(|stage| &stage.jobs);
    let width = jobs.map(|job| job.number.to_string().len()).max();
    let width = width.unwrap_or_default();
    for stage in &plan.stages {
        if let Some(name) = &stage.name {
            let bold = Style::new().bold();
            let _ = writeln!(out, "{bold}Stage {}{bold:#}", clean(name));
        }
        for job in &stage.jobs {
            job_text(&mut out, job, width);
        }
    }
    if !plan.skipped.is_empty() {
        let _ = writeln!(out, "Not run");
        plan.skipped
            .iter()
            .for_each(|skipped| skipped_text(&mut out, skipped));
    }
    if plan.fast_finish {
        let _ = writeln!(
            out,
            "The build ends with its last required job (fast_finish)."
        );
    }
    out
}

/// What does not run; taken apart where that was asked for.
fn skipped_text(out: &mut String, skipped: &SkippedView) {
    let name = if skipped.name.is_empty() {
        String::new()
    } else {
        format!(" {}", clean(&skipped.name))
    };
    let kind = skipped.kind;
    match &skipped.why {
        None => {
            let reason = clean(&skipped.reason);
            let _ = writeln!(out, "  {kind}{name}: {reason}");
        }
        Some(why) => {
            let _ = writeln!(out, "  {kind}{name}");
            for row in why_rows(why) {
                let _ = writeln!(
                    out,
                    "      {}",
                    clean(&row).replace('\n', "\n                ")
                );
            }
        }
    }
    skipped
        .behind
        .iter()
        .for_each(|behind| skipped_text(out, behind));
}

/// A condition with the values that it saw and what was false, a row each.
fn why_rows(why: &WhyView) -> Vec<String> {
    let mut rows = vec![
        format!("where     {}", why.place),
        format!("condition {}", why.condition),
    ];
    let label = |first: &'static str| std::iter::once(first).chain(repeat(""));
    let seen = why.seen.iter().zip(label("saw"));
    rows.extend(seen.map(|((name, value), label)| format!("{label:<9} {name}: {value}")));
    let decided = why.decided.iter().zip(label("decided"));
    rows.extend(decided.map(|(part, label)| format!("{label:<9} {part}")));
    rows
}

fn job_text(out: &mut String, job: &JobView, width: usize) {
    let bold = Style::new().bold();
    let mark = if job.allow_failure {
        "  (may fail)"
    } else {
        ""
    };
    let (number, title) = (job.number, &job.title);
    let _ = writeln!(out, "  {bold}{number:<width$}  {title}{bold:#}{mark}");
    let mut line = |label: &str, text: &str| {
        let text = clean(text);
        let mut rows = text.lines();
        let first = rows.next().unwrap_or_default();
        let _ = writeln!(out, "      {label:<14}  {first}");
        // What belongs to one command stands deeper than its first line.
        for row in rows {
            let _ = writeln!(out, "      {:<14}    {row}", "");
        }
    };
    let mut list = |label: &str, rows: &[String]| {
        for (row, label) in rows.iter().zip(std::iter::once(label).chain(repeat(""))) {
            line(label, row);
        }
    };
    if let Some(refused) = &job.refused {
        list("cannot run", std::slice::from_ref(refused));
    }
    list("image", &[image(&job.image)]);
    if !job.services.is_empty() {
        list("services", &[job.services.join(", ")]);
    }
    list("env", &job.env);
    // In the order in which they run.
    let comes_later = |phase: &str| matches!(phase, "after_deploy" | "after_script");
    for (phase, commands) in job.phases.iter().filter(|(phase, _)| !comes_later(phase)) {
        list(phase, commands);
    }
    let deploys: Vec<String> = job.deploy.iter().flat_map(deploy).collect();
    list("deploy", &deploys);
    for (phase, commands) in job.phases.iter().filter(|(phase, _)| comes_later(phase)) {
        list(phase, commands);
    }
}

fn image(image: &ImageView) -> String {
    match &image.name {
        Some(name) => format!("{name} ({})", image.reason),
        None => image.reason.clone(),
    }
}

fn deploy(entry: &DeployView) -> Vec<String> {
    let provider = &entry.provider;
    if !entry.skipped.is_empty() {
        if let Some(why) = &entry.why {
            let rows = why_rows(why).join("\n");
            return vec![format!("{provider}: skipped\n{rows}")];
        }
        let reasons = entry.skipped.iter();
        return reasons
            .map(|reason| format!("{provider}: skipped, {reason}"))
            .collect();
    }
    if entry.conditions.is_empty() {
        vec![format!("{provider}: runs")]
    } else {
        let conditions = entry.conditions.join(" ]] and [[ ");
        vec![format!("{provider}: runs if [[ {conditions} ]]")]
    }
}
