//! `env_strings.jsonl.gz`: `{str, pairs | error}`, strings of `env` taken apart by the reference.

use crate::harness::{Disagreement, Row, Suite, Verdict, run, run_fixture};
use schema::dialect::Dialect;
use schema::env_string;
use serde_json::{Value as Json, json};

#[test]
fn env_strings_agree_with_the_reference() {
    let suite = Suite {
        file: "env_strings.jsonl.gz",
        floor: 99.5,
        skip: |_| false,
    };
    run(&suite, judge);
}

#[test]
fn our_own_small_env_strings_agree() {
    run_fixture("env_strings/small.jsonl", judge);
}

fn judge(row: &Row) -> Verdict {
    let expected = match row.field("pairs") {
        Json::Null => row.field("error"),
        pairs => pairs,
    };
    Disagreement::between(expected, &read(row.text("str")))
}

/// The pairs, or the reference's words for an unclosed quote.
fn read(text: &str) -> Json {
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
