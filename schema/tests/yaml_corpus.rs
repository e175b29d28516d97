//! Every config of the conformance folder goes through the YAML layer.
#![allow(clippy::print_stderr, missing_docs)]

mod conformance_folder;

use schema::dialect::Dialect;
use schema::source::{FileId, Source};
use schema::yaml::{self, Loaded};
use serde_json::Value;

const FILES: [&str; 5] = [
    "configs.jsonl.gz",
    "mutants.jsonl.gz",
    "tricky.jsonl",
    "normalise.jsonl",
    "matrix.jsonl",
];

/// The reference crashes on a bare date (language reference §7); a text is what was meant.
const REFERENCE_CRASHES: [&str; 1] = ["tricky/yaml-date-script"];

#[test]
fn the_corpus_is_read_as_the_reference_reads_it() {
    let mut parsing = Tally::new("yaml parsing");
    let mut duplicates = Tally::new("duplicate keys");
    for row in conformance_folder::rows(&FILES) {
        let id = row["id"].as_str().unwrap_or_default();
        let bytes_were_lost = !row["nonascii"].is_null();
        let Some(text) = row["yaml"].as_str() else {
            continue;
        };
        if bytes_were_lost || REFERENCE_CRASHES.contains(&id) {
            continue;
        }
        let loaded = load(text, Dialect::Reference);
        let said = loaded.diagnostics.first().map(|it| it.message.clone());
        let refused = row["expect"]["error"]["phase"] == "load";
        parsing.compare(id, &refused, &loaded.root.is_none(), &said);

        let expected = expected_duplicates(&row);
        let got = duplicates_of(&loaded, row.get("opts").is_none());
        let any = !expected.is_empty() || !got.is_empty();
        if any && !refused {
            duplicates.compare(id, &expected, &got, &said);
        }
    }
    parsing.assert_at_least(0.999);
    duplicates.assert_at_least(0.99);
}

#[test]
fn our_dialect_reads_the_whole_corpus_too() {
    let mut parsing = Tally::new("yaml parsing with our decisions");
    for row in conformance_folder::rows(&["configs.jsonl.gz"]) {
        let id = row["id"].as_str().unwrap_or_default();
        if let Some(text) = row["yaml"].as_str().filter(|_| !id.contains('#')) {
            let loaded = load(text, Dialect::Ours);
            let said = loaded.diagnostics.first().map(|it| it.message.clone());
            let refused = row["expect"]["error"]["phase"] == "load";
            parsing.compare(id, &refused, &loaded.root.is_none(), &said);
        }
    }
    parsing.assert_at_least(0.999);
}

fn load(text: &str, dialect: Dialect) -> Loaded {
    yaml::load(&Source::new(".travis.yml", text), FileId(0), dialect)
}

fn expected_duplicates(row: &Value) -> Vec<Value> {
    let messages = row["expect"]["msgs"].as_array();
    let messages = messages.into_iter().flatten();
    messages
        .filter(|message| message[2] == "duplicate_key")
        .cloned()
        .collect()
}

/// The messages, each once as the reference says them.
fn duplicates_of(loaded: &Loaded, with_lines: bool) -> Vec<Value> {
    let mut got = Vec::new();
    for diagnostic in &loaded.diagnostics {
        let mut message = conformance_folder::message(diagnostic);
        if !with_lines && let Some(args) = message.get_mut(3).and_then(Value::as_object_mut) {
            args.remove("line");
        }
        if diagnostic.code == "duplicate_key" && !got.contains(&message) {
            got.push(message);
        }
    }
    got
}

struct Tally {
    what: &'static str,
    seen: u32,
    agree: u32,
    differences: Vec<String>,
}

impl Tally {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            seen: 0,
            agree: 0,
            differences: Vec::new(),
        }
    }

    fn compare<T: PartialEq + std::fmt::Debug>(
        &mut self,
        id: &str,
        expected: &T,
        got: &T,
        said: &Option<String>,
    ) {
        self.seen += 1;
        if expected == got {
            self.agree += 1;
        } else {
            let difference = format!("{id}: expected {expected:?}, got {got:?} ({said:?})");
            self.differences.push(difference);
        }
    }

    fn assert_at_least(&self, share: f64) {
        eprintln!("{}: agree {} of {}", self.what, self.agree, self.seen);
        for difference in self.differences.iter().take(10) {
            eprintln!("  {difference}");
        }
        let floor = f64::from(self.seen) * share;
        assert!(f64::from(self.agree) >= floor, "{} is too low", self.what);
    }
}
