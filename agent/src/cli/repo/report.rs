//! Steps as they are printed.

use crate::cli::Printer;
use crate::error::Exit;
use crate::setup::{Mark, Report};

/// Prints what was done for one repository.
pub(super) fn print(report: &Report, dry: bool, printer: &mut Printer) {
    printer.line(&report.name);
    let widest = report.steps.iter().map(|step| step.part.len()).max();
    let width = widest.unwrap_or_default().max(12);
    for step in &report.steps {
        let mark = match step.mark {
            Mark::Changed => '+',
            Mark::Unchanged => '=',
            Mark::Failed => '!',
        };
        printer.line(format!("  {mark} {:<width$} {}", step.part, step.text));
        for fix in step.fix.iter().flat_map(|fix| fix.lines()) {
            printer.line(format!("    {:<width$} {fix}", ""));
        }
    }
    let end = match report.mark() {
        Mark::Failed => "not finished; what is marked with ! is left to do",
        Mark::Changed if dry => "nothing was changed: this was a trial",
        Mark::Changed => "done",
        Mark::Unchanged => "nothing to change",
    };
    printer.line(format!("  {end}"));
}

/// How the command ends.
pub(super) fn exit(reports: &[Report]) -> Exit {
    let failed = |report: &Report| report.mark() == Mark::Failed;
    if reports.iter().any(failed) {
        Exit::BuildFailed
    } else {
        Exit::Passed
    }
}
