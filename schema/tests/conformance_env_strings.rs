//! Strings of `env` are taken apart as the reference does.
#![allow(clippy::print_stderr, missing_docs)]

mod conformance_folder;

use schema::dialect::Dialect;
use schema::env_string;
use serde_json::{Value, json};

/// The share of the cases that has to agree.
const FLOOR: f64 = 0.995;

#[test]
fn env_strings_agree_with_the_reference() {
    let mut rows = conformance_folder::rows(&["env_strings.jsonl.gz"]);
    if rows.is_empty() {
        rows = inline_cases();
    }
    let mut agree = 0;
    let mut differences = Vec::new();
    for row in &rows {
        let text = row["str"].as_str().unwrap_or_default();
        let got = read(text);
        let expected = row.get("pairs").unwrap_or(&row["error"]);
        if got == *expected {
            agree += 1;
        } else {
            differences.push(format!("{text:?}: expected {expected}, got {got}"));
        }
    }
    eprintln!("env_strings: agree {agree} of {}", rows.len());
    for difference in differences.iter().take(20) {
        eprintln!("  {difference}");
    }
    let share = f64::from(agree) / rows.len() as f64;
    assert!(share >= FLOOR, "only {share:.4} agree");
}

/// The pairs, or the reference's words for an unclosed quote.
fn read(text: &str) -> Value {
    match env_string::parse(text, Dialect::Reference) {
        Ok(found) => found
            .pairs
            .iter()
            .map(|pair| json!([pair.name, pair.value]))
            .collect(),
        Err(unclosed) => {
            let (closer, length) = (unclosed.closer, text.chars().count());
            json!(format!(
                "expected {closer} at position {length} in: {text:?}"
            ))
        }
    }
}

fn inline_cases() -> Vec<Value> {
    vec![
        json!({"str": "A=1 B='x y'", "pairs": [["A", "1"], ["B", "'x y'"]]}),
        json!({"str": "A=$(echo b) c", "pairs": [["A", "$(echo b)"], ["c", ""]]}),
        json!({"str": "\"A=1\" B", "pairs": [["A", "1"], ["B", ""]]}),
        json!({"str": "A=x\\ y", "pairs": [["A", "x\\"], ["y", ""]]}),
        json!({"str": "A=\"x", "error": "expected \" at position 4 in: \"A=\\\"x\""}),
    ]
}
