//! What `agent migrate` makes of each real config: one that has the same jobs, or a note for what
//! stands in the way.

use crate::harness::{Disagreement, Row, Verdict, run_parts};
use schema::request::Request;
use schema::source::Source;
use schema::{NoteKind, Sources, compile, migrate};
use serde_json::json;

#[test]
fn a_migrated_config_has_the_same_jobs_or_names_each_difference() {
    let parts = [
        ("the same jobs", 99.9),
        ("the same jobs, or notes for people", 100.0),
        ("compiles", 90.0),
        ("migrated again is the same", 100.0),
    ];
    run_parts("configs.jsonl.gz", parts, judge);
}

fn judge(row: &Row) -> [Option<Verdict>; 4] {
    // One row for each config: the other events have the same text.
    if !row.id().starts_with("real/") || row.id().contains('#') {
        return [None, None, None, None];
    }
    // A build that is not optimised takes its time.
    let sample = row.id().bytes().map(usize::from).sum::<usize>() % 16 == 0;
    if cfg!(debug_assertions) && !sample {
        return [None, None, None, None];
    }
    let Ok(first) = migrate(&Source::new(".travis.yml", row.text("yaml"))) else {
        return [None, None, None, None];
    };
    let people = first
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::Person);
    let people: Vec<String> = people
        .map(|note| format!("{}: {}", note.line, note.text))
        .collect();
    let again = migrate(&Source::new(".ci.yml", first.text.clone()));
    let again = again.map(|again| again.text).unwrap_or_default();
    let same = |ours: serde_json::Value, wanted: serde_json::Value| -> Verdict {
        Disagreement::between(&wanted, &ours)
    };
    [
        Some(same(
            json!([first.same_jobs, people]),
            json!([true, people]),
        )),
        Some(same(
            json!(first.same_jobs || !people.is_empty()),
            json!(true),
        )),
        Some(same(json!(refused(&first.text)), json!([]))),
        Some(same(json!(again), json!(first.text))),
    ]
}

/// What stops the new file.
fn refused(text: &str) -> Vec<String> {
    let sources = Sources::new(Source::new(".ci.yml", text));
    let found = compile(&sources, &Request::default())
        .diagnostics
        .into_iter();
    let fatal = found.filter(|found| found.fatal);
    fatal
        .map(|found| format!("{}: {}", found.key, found.message))
        .collect()
}
