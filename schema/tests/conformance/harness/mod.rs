//! What all kinds of cases share: finding and reading files, comparing, counting, floors.

mod report;
mod rows;

pub(crate) use report::{Disagreement, Verdict, say};
pub(crate) use rows::Row;

use report::Report;
use std::path::Path;

/// One file of cases and how well we must do on it.
pub(crate) struct Suite {
    /// The file's name in the conformance folder.
    pub(crate) file: &'static str,
    /// The least share of agreeing rows, in per cent.
    pub(crate) floor: f64,
    /// Rows that say nothing about us, such as those in which the reference lost bytes.
    pub(crate) skip: fn(&Row) -> bool,
}

/// Judges every row of a file, prints the figure and the first disagreements, and fails below
/// the floor.
pub(crate) fn run(suite: &Suite, judge: impl Fn(&Row) -> Verdict) {
    let Some(folder) = rows::folder() else {
        report::say(&format!(
            "{}: no conformance cases here; set CI_CONFORMANCE_DIR to run them",
            suite.file
        ));
        return;
    };
    let report = collect(suite.file, &folder.join(suite.file), suite.skip, &judge);
    report::say(&report.to_string());
    assert!(report.counted() > 0, "{} has no cases", suite.file);
    assert!(
        report.percent() >= suite.floor,
        "{}: {:.2} % is below the floor of {} %",
        suite.file,
        report.percent(),
        suite.floor
    );
}

/// Judges several parts of every row of a file in one pass: prints a figure for each part and fails
/// below its floor. A row that a part has nothing to say about is `None`.
pub(crate) fn run_parts<const N: usize>(
    file: &'static str,
    parts: [(&'static str, f64); N],
    judge: impl Fn(&Row) -> [Option<Verdict>; N],
) {
    let Some(folder) = rows::folder() else {
        report::say(&format!(
            "{file}: no conformance cases here; set CI_CONFORMANCE_DIR to run them"
        ));
        return;
    };
    let names = parts.map(|(part, _)| format!("{file}/{part}"));
    let mut reports = names.each_ref().map(|name| Report::new(name));
    for row in rows::read(&folder.join(file)) {
        let verdicts = judge(&row);
        for (report, verdict) in reports.iter_mut().zip(verdicts) {
            if let Some(verdict) = verdict {
                report.add(&row, verdict);
            }
        }
    }
    for report in reports.iter().filter(|report| report.counted() > 0) {
        report::say(&report.to_string());
    }
    for (report, (part, floor)) in reports.iter().zip(parts) {
        let percent = report.percent();
        let low = report.counted() > 0 && percent < floor;
        assert!(
            !low,
            "{file}/{part}: {percent:.2} % is below the floor of {floor} %"
        );
    }
}

/// Looks at every row of a file; whether there are any here.
pub(crate) fn each(file: &str, mut look: impl FnMut(&Row)) -> bool {
    let Some(folder) = rows::folder() else {
        return false;
    };
    rows::read(&folder.join(file)).iter().for_each(&mut look);
    true
}

/// Judges every row of our own small cases; each must agree.
pub(crate) fn run_fixture(name: &str, judge: impl Fn(&Row) -> Verdict) {
    let path = rows::workspace().join("fixtures").join(name);
    let report = collect(name, &path, |_| false, &judge);
    report::say(&report.to_string());
    assert!(report.counted() > 0, "{name} has no cases");
    assert!(report.disagreements.is_empty(), "{name}: see above");
}

fn collect(
    name: &str,
    path: &Path,
    skip: fn(&Row) -> bool,
    judge: &impl Fn(&Row) -> Verdict,
) -> Report {
    let mut report = Report::new(name);
    for row in rows::read(path) {
        if skip(&row) {
            report.skip();
        } else {
            report.add(&row, judge(&row));
        }
    }
    report
}
