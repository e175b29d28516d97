//! docs/compat.md, row by row: each has its case, each case its row, and tests that it names exist.

use super::root;
use std::collections::BTreeSet;
use std::fs;

/// A row of the table: what is here, and its case or test.
struct Row {
    what: String,
    here: String,
    case: String,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/compat.md")).unwrap();
    let (_, table) = text.split_once("## The run time, row by row").unwrap();
    let lines = table.lines().filter(|line| line.starts_with("| "));
    let rows = lines.skip(1).map(|line| {
        let line = line.replace("\\|", "\u{1}");
        let mut cells = line.trim_matches('|').split('|').map(str::trim).skip(1);
        let mut next = || cells.next().unwrap().trim_matches('`').to_owned();
        Row {
            what: next(),
            here: next(),
            case: next(),
        }
    });
    rows.collect()
}

#[test]
fn every_row_has_a_case_or_says_that_it_is_not_built_yet() {
    let folder = root().join("fixtures/runtime");
    for Row { what, here, case } in rows() {
        let is_known = here == "same" || here.starts_with("decision ");
        assert!(is_known || here == "not yet", "{what}: {here}");
        assert_eq!(here == "not yet", case.is_empty(), "{what}");
        match case.split_once(": ") {
            Some((place, name)) => {
                let place = root().join("agent/tests").join(place);
                assert!(names(&place, name), "{what}: no test {name}");
            }
            None if case.is_empty() => {}
            None => {
                let file = folder.join(format!("{case}.yml"));
                assert!(file.exists(), "{what}: no case {case}");
            }
        }
    }
}

#[test]
fn every_case_has_its_row() {
    let entries = fs::read_dir(root().join("fixtures/runtime")).unwrap();
    let names = entries.map(|entry| entry.unwrap().path());
    let cases: BTreeSet<String> = names
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let rows: BTreeSet<String> = rows().into_iter().map(|row| row.case).collect();
    let without: Vec<&String> = cases.difference(&rows).collect();
    assert!(without.is_empty(), "no row in docs/compat.md: {without:?}");
    assert!(cases.len() > 150, "{}", cases.len());
}

/// Whether a file, or one of a folder, holds a test of this name.
fn names(place: &std::path::Path, name: &str) -> bool {
    let test = format!("fn {name}(");
    if place.is_file() {
        return fs::read_to_string(place).unwrap().contains(&test);
    }
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let texts = entries.filter_map(|entry| fs::read_to_string(entry.path()).ok());
    texts.into_iter().any(|text| text.contains(&test))
}
