//! The plan as people read it in a terminal.

use super::view::{JobView, PlanView};
use anstyle::Style;
use std::fmt::Write as _;

/// The plan as text, with ANSI styles that the printer strips where they are not wanted.
#[must_use]
pub(super) fn render(plan: &PlanView) -> String {
    let mut out = String::new();
    for stage in &plan.stages {
        if let Some(name) = &stage.name {
            let bold = Style::new().bold();
            let _ = writeln!(out, "{bold}Stage {name}{bold:#}");
        }
        for job in &stage.jobs {
            job_text(&mut out, job);
        }
    }
    if !plan.skipped.is_empty() {
        let _ = writeln!(out, "Not run");
        for skipped in &plan.skipped {
            let name = if skipped.name.is_empty() {
                String::new()
            } else {
                format!(" {}", skipped.name)
            };
            let _ = writeln!(out, "  {}{name}: {}", skipped.kind, skipped.reason);
        }
    }
    if plan.fast_finish {
        let _ = writeln!(
            out,
            "The build ends with its last required job (fast_finish)."
        );
    }
    out
}

fn job_text(out: &mut String, job: &JobView) {
    let bold = Style::new().bold();
    let mark = if job.allow_failure {
        "  (may fail)"
    } else {
        ""
    };
    let _ = writeln!(out, "  {bold}.{} {}{bold:#}{mark}", job.number, job.title);
    let mut line = |label: &str, text: &str| {
        let mut rows = text.lines();
        let _ = writeln!(out, "      {label:<15} {}", rows.next().unwrap_or_default());
        for row in rows {
            let _ = writeln!(out, "      {:<15} {row}", "");
        }
    };
    if let Some(refused) = &job.refused {
        line("can't run", refused);
    }
    line("image", &job.image);
    if !job.services.is_empty() {
        line("services", &job.services.join(", "));
    }
    if !job.env.is_empty() {
        line("env", &job.env.join("\n"));
    }
    for (phase, commands) in &job.phases {
        line(phase, &commands.join("\n"));
    }
    for deploy in &job.deploy {
        if deploy.skipped.is_empty() {
            line("deploy", &format!("{}: runs", deploy.provider));
        }
        for reason in &deploy.skipped {
            line("deploy", &format!("{}: skipped, {reason}", deploy.provider));
        }
    }
}
