//! Compares what came with what a case says.

use crate::case::Case;
use crate::report::Build;
use crate::table::{Row, table};
use std::fmt;

/// A case that ended otherwise.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) case: String,
    what: String,
    seen: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.case, self.what, self.seen)
    }
}

/// A case that is one job of a build.
pub(crate) fn check(case: &Case, build: &Build, title: &str) -> Result<(), Failure> {
    let rows = table(&build.out);
    let Some(row) = rows.iter().find(|row| row.title == title) else {
        return Err(failure(
            case,
            "there is no such job".to_owned(),
            build.all(),
        ));
    };
    check_row(case, row, &build.log(title))
}

/// A case that is this row of the table, with this log.
pub(crate) fn check_row(case: &Case, row: &Row<'_>, log: &str) -> Result<(), Failure> {
    let notes = row.notes.join("\n");
    let seen = || format!("{} {notes}\n{log}", row.state);
    let expect = &case.expect;
    if row.state != expect.state {
        return Err(failure(case, format!("it is not {}", expect.state), seen()));
    }
    if !notes.contains(&expect.note) {
        return Err(failure(case, format!("no note {:?}", expect.note), seen()));
    }
    let mut lines = log.lines();
    for wanted in &expect.says {
        if !lines.any(|line| is_like(line, wanted)) {
            return Err(failure(case, format!("no line {wanted:?}"), seen()));
        }
    }
    for unwanted in &expect.silent {
        if log.lines().any(|line| is_like(line, unwanted)) {
            return Err(failure(case, format!("there is {unwanted:?}"), seen()));
        }
    }
    Ok(())
}

/// A case that is a build of one job, or none.
pub(crate) fn check_alone(case: &Case, build: &Build) -> Result<(), Failure> {
    for text in &case.expect.prints {
        if !build.out.contains(text) && !build.err.contains(text) {
            return Err(failure(case, format!("no {text:?}"), build.all()));
        }
    }
    let rows = table(&build.out);
    match (rows.as_slice(), case.expect.state.as_str()) {
        ([], "none") => Ok(()),
        ([row], _) => check(case, build, row.title),
        (rows, _) => Err(failure(case, format!("{} jobs", rows.len()), build.all())),
    }
}

pub(crate) fn failure(case: &Case, what: String, seen: String) -> Failure {
    Failure {
        case: case.name.clone(),
        what,
        seen,
    }
}

/// Whether a line is as wanted, where `…` stands for any text.
fn is_like(line: &str, wanted: &str) -> bool {
    let mut parts = wanted.trim_end().split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.trim_end().strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn three_dots_stand_for_any_text() {
    for (line, wanted, is) in [
        ("one", "one", true),
        ("one two", "one", false),
        ("one two", "one…", true),
        ("one two three", "…two…", true),
        ("one two three", "one…three", true),
        ("one", "o…ne…e", false),
    ] {
        assert_eq!(is_like(line, wanted), is, "{line} {wanted}");
    }
}
