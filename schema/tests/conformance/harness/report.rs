//! Counting rows and showing what disagrees.

use super::rows::Row;
use std::fmt::{self, Display, Formatter};
use std::io::Write;

/// What came of one row.
pub(crate) type Verdict = Result<(), Disagreement>;

/// How a row disagrees.
pub(crate) struct Disagreement {
    /// What the case expects.
    pub(crate) expected: String,
    /// What we say.
    pub(crate) ours: String,
}

impl Disagreement {
    /// Agreement when both are equal.
    pub(crate) fn between<T: Display + PartialEq>(expected: &T, ours: &T) -> Verdict {
        if expected == ours {
            return Ok(());
        }
        Err(Self {
            expected: expected.to_string(),
            ours: ours.to_string(),
        })
    }
}

/// How many disagreements are shown in full.
const SHOWN: usize = 10;

/// The count of one file.
pub(crate) struct Report {
    file: String,
    agree: usize,
    skipped: usize,
    /// What disagrees, ready to show.
    pub(crate) disagreements: Vec<String>,
}

impl Report {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            agree: 0,
            skipped: 0,
            disagreements: Vec::new(),
        }
    }

    /// Counts a row.
    pub(crate) fn add(&mut self, row: &Row, verdict: Verdict) {
        match verdict {
            Ok(()) => self.agree += 1,
            Err(Disagreement { expected, ours }) => {
                let id = row.id();
                self.disagreements
                    .push(format!("{id}\n  expected {expected}\n  ours     {ours}"));
            }
        }
    }

    /// Counts a row that is not judged.
    pub(crate) fn skip(&mut self) {
        self.skipped += 1;
    }

    /// The rows that count.
    pub(crate) fn counted(&self) -> usize {
        self.agree + self.disagreements.len()
    }

    /// The share of rows that agree, of those that count.
    #[expect(clippy::cast_precision_loss, reason = "files have thousands of rows")]
    pub(crate) fn percent(&self) -> f64 {
        100.0 * self.agree as f64 / self.counted().max(1) as f64
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: agree {} of {} ({:.2} %)",
            self.file,
            self.agree,
            self.counted(),
            self.percent()
        )?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        for disagreement in self.disagreements.iter().take(SHOWN) {
            write!(f, "\n{disagreement}")?;
        }
        match self.disagreements.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "\n… and {more} more"),
        }
    }
}

/// Prints past the test runner, which would keep the figures of passing tests to itself.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").expect("stdout takes the report");
}
