//! Mistakes: where their carets stand, and what `agent validate --fix` makes of them.

use crate::harness::{Disagreement, Row, Verdict, run_parts};
use crate::json;
use schema::diagnostic::Diagnostic;
use schema::dialect::Dialect;
use schema::normalise::{Reading, normalise};
use schema::source::{FileId, Source};
use schema::yaml::{Node, load};
use schema::{Sources, fix};
use serde_json::{Value as Json, json};

const READING: Reading = Reading {
    dialect: Dialect::Reference,
    compat: true,
};

#[test]
fn carets_stand_on_the_mistakes_and_mending_them_changes_no_meaning() {
    let parts = [
        ("caret on the key's line", 98.0),
        ("mended twice is mended once", 100.0),
        ("mended means the same", 99.0),
        ("mended is not complained of again", 98.0),
    ];
    run_parts("mutants.jsonl.gz", parts, judge);
}

fn judge(row: &Row) -> [Option<Verdict>; 4] {
    let expect = row.field("expect");
    if !row.field("nonascii").is_null() || !expect["error"].is_null() {
        return [None, None, None, None];
    }
    // A comment must survive.
    let text = format!("# Ours\n{}", row.text("yaml"));
    let source = source(&text);
    let Some((_, found)) = read(&source) else {
        return [None, None, None, None];
    };
    let mended = mend(&text);
    let again = mend(&mended);
    let kept = mended.starts_with("# Ours\n");
    let after = read(&self::source(&mended));
    let (config, left) = after.map_or((Json::Null, Vec::new()), |(config, left)| {
        (json::node(&config), left)
    });
    [
        Some(carets(&source, &found)),
        Some(Disagreement::between(
            &json!([mended, true]),
            &json!([again, kept]),
        )),
        Some(Disagreement::between(&expect["config"], &config)),
        Some(complaints(&mended, &left)),
    ]
}

fn source(text: &str) -> Source {
    Source::new(".travis.yml", text)
}

fn read(source: &Source) -> Option<(Node, Vec<Diagnostic>)> {
    let root = load(source, FileId(0), Dialect::Reference).root?;
    Some(normalise(root, &[source], READING))
}

fn mend(text: &str) -> String {
    let mut sources = Sources::new(source(text));
    sources.dialect = Dialect::Reference;
    fix(&sources).text
}

/// Each caret stands on the line that the message names, which is that of the key.
fn carets(source: &Source, found: &[Diagnostic]) -> Verdict {
    let off: Vec<String> = found
        .iter()
        .filter_map(|found| {
            let (_, line) = found.args.iter().find(|(name, _)| *name == "line")?;
            let at = source.line_column(found.span.start);
            let same = *line == schema::diagnostic::Arg::Int(i64::try_from(at.line).ok()? - 1);
            (!same).then(|| format!("{} of {} at {at}, not {line:?}", found.code, found.key))
        })
        .collect();
    Disagreement::between(&json!([]), &json!(off))
}

/// What can be mended by itself is not found again.
fn complaints(text: &str, left: &[Diagnostic]) -> Verdict {
    let left: Vec<String> = left
        .iter()
        .filter_map(|found| {
            let one = found.suggestion.as_ref().filter(|one| one.safe)?;
            let written = text.get(one.span.start as usize..one.span.end as usize)?;
            (written != one.replacement).then(|| format!("{} {written}", found.code))
        })
        .collect();
    Disagreement::between(&json!([]), &json!(left))
}
