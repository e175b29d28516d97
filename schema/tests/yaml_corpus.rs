//! Every config of the conformance folder goes through the YAML layer.
#![allow(clippy::print_stderr, missing_docs)]

mod conformance_folder;

use schema::dialect::Dialect;
use schema::source::{FileId, Source};
use schema::yaml::{self, Loaded};
use serde_json::Value;

fn load(text: &str, dialect: Dialect) -> Loaded {
    yaml::load(&Source::new(".travis.yml", text), FileId(0), dialect)
}

#[test]
fn what_the_reference_reads_is_read_and_what_it_refuses_is_refused() {
    let mut seen = 0;
    let mut agree = 0;
    let mut differences = Vec::new();
    for row in conformance_folder::rows(&FILES) {
        let Some(text) = row["yaml"].as_str() else {
            continue;
        };
        if !row["nonascii"].is_null() {
            continue;
        }
        seen += 1;
        let loaded = load(text, Dialect::Reference);
        let refused = row["expect"]["error"]["phase"] == "load";
        if refused == loaded.root.is_none() {
            agree += 1;
        } else {
            let said = loaded.diagnostics.first().map(|it| it.message.clone());
            differences.push(format!(
                "{}: reference {}, ours {said:?}",
                row["id"], row["expect"]["error"]
            ));
        }
    }
    report("yaml parsing", agree, seen, &differences);
}

#[test]
fn duplicate_keys_are_reported_as_in_the_reference() {
    let mut seen = 0;
    let mut agree = 0;
    let mut differences = Vec::new();
    for row in conformance_folder::rows(&FILES) {
        let (Some(text), Some(messages)) = (row["yaml"].as_str(), row["expect"]["msgs"].as_array())
        else {
            continue;
        };
        let expected: Vec<&Value> = messages
            .iter()
            .filter(|message| message[2] == "duplicate_key")
            .collect();
        let loaded = load(text, Dialect::Reference);
        let mut got: Vec<Value> = loaded
            .diagnostics
            .iter()
            .map(conformance_folder::message)
            .collect();
        got.dedup();
        if row.get("opts").is_some() {
            // These rows were made without lines.
            for message in &mut got {
                message[3].as_object_mut().map(|args| args.remove("line"));
            }
        }
        if expected.is_empty() && got.is_empty() {
            continue;
        }
        seen += 1;
        if expected.iter().copied().eq(got.iter()) {
            agree += 1;
        } else {
            differences.push(format!("{}: expected {expected:?}, got {got:?}", row["id"]));
        }
    }
    report("duplicate keys", agree, seen, &differences);
}

const FILES: [&str; 5] = [
    "configs.jsonl.gz",
    "mutants.jsonl.gz",
    "tricky.jsonl",
    "normalise.jsonl",
    "matrix.jsonl",
];

fn report(what: &str, agree: usize, seen: usize, differences: &[String]) {
    eprintln!("{what}: agree {agree} of {seen}");
    for difference in differences.iter().take(20) {
        eprintln!("  {difference}");
    }
    assert!(agree * 1000 >= seen * 995, "{what}: {agree} of {seen}");
}
