//! The second run: the same rows by our decisions. Each difference from the reference belongs to
//! one of them, and none but that of secrets touches many rows.

mod claims;
mod read;
mod sealed;

use crate::harness::{Row, each, say};
use claims::Effect;
use schema::dialect::Dialect;
use std::collections::{BTreeMap, BTreeSet};

/// What people wrote. The other files were made to be wrong, or to show differences.
const REAL: &str = "configs.jsonl.gz";
/// What one decision may change of that, in per cent.
const MOST: f64 = 2.0;
/// How many rows are shown for a decision.
const SHOWN: usize = 5;

/// What the decisions do to a file.
#[derive(Default)]
struct Report {
    rows: usize,
    /// By decision and what it does, the rows.
    of: BTreeMap<(u8, Effect), Vec<String>>,
    /// Differences that no decision makes.
    unclaimed: Vec<String>,
}

impl Report {
    fn add(&mut self, row: &Row) {
        if !row.field("nonascii").is_null() {
            return;
        }
        let by = |dialect| read::read(row, dialect);
        let (Some(reference), Some(ours)) = (by(Dialect::Reference), by(Dialect::Ours)) else {
            return;
        };
        self.rows += 1;
        let claims = claims::of(row.text("yaml"), &reference, &ours);
        let wrong = sealed::wrong(&ours).map(Err);
        let mut effects: BTreeSet<(u8, Effect)> = BTreeSet::new();
        for claim in claims.into_iter().chain(wrong) {
            match claim {
                Ok(effect) => drop(effects.insert(effect)),
                Err(what) => self.unclaimed.push(format!("{}: {what}", row.id())),
            }
        }
        for effect in effects {
            self.of.entry(effect).or_default().push(row.id().to_owned());
        }
    }

    fn share(&self, rows: usize) -> f64 {
        let [rows, all] = [rows, self.rows.max(1)].map(|count| u32::try_from(count).unwrap_or(0));
        100.0 * f64::from(rows) / f64::from(all)
    }

    fn print(&self, file: &str) {
        say(&format!("{file} by our decisions: {} rows", self.rows));
        for ((decision, effect), rows) in &self.of {
            let does = match effect {
                Effect::Changes => "changes",
                Effect::Tells => "tells of",
            };
            let (count, share) = (rows.len(), self.share(rows.len()));
            let shown = rows.iter().take(SHOWN).cloned().collect::<Vec<_>>();
            let shown = shown.join(" ");
            say(&format!(
                "  decision {decision} {does} {count} ({share:.2} %): {shown}"
            ));
        }
    }
}

#[test]
fn every_difference_from_the_reference_is_one_of_the_decisions() {
    for file in [
        REAL,
        "mutants.jsonl.gz",
        "matrix.jsonl",
        "normalise.jsonl",
        "tricky.jsonl",
    ] {
        let mut report = Report::default();
        if !each(file, |row| report.add(row)) {
            say(&format!("{file}: no conformance cases here"));
            return;
        }
        report.print(file);
        let unclaimed = &report.unclaimed;
        assert!(unclaimed.is_empty(), "{file}: {unclaimed:#?}");
        for ((decision, effect), rows) in &report.of {
            let share = report.share(rows.len());
            let few = *effect == Effect::Tells || file != REAL || share < MOST;
            assert!(
                few,
                "{file}: decision {decision} changes {share:.2} % of the rows"
            );
        }
    }
}
