//! Our trees and messages in the shape of the cases.

use schema::diagnostic::{Arg, Diagnostic, Level};
use schema::matrix::Job;
use schema::yaml::{Node, Resolved, Value};
use serde_json::{Map, Value as Json, json};

/// A value in normal form.
pub(crate) fn node(node: &Node) -> Json {
    match &node.value {
        Value::Seq(items) => items.iter().map(self::node).collect(),
        Value::Map(map) => {
            let entries = map.entries.iter();
            let pairs = entries.map(|entry| (entry.key.text.clone(), self::node(&entry.value)));
            Json::Object(pairs.collect())
        }
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => Json::Null,
            Resolved::Bool(value) => json!(value),
            Resolved::Int(value) => json!(value),
            Resolved::Str => json!(scalar.text),
        },
    }
}

/// Jobs as a list of maps.
pub(crate) fn jobs(jobs: &[Job<'_>]) -> Json {
    let job = |job: &Job<'_>| -> Json {
        let pairs = job.iter().map(|(key, value)| (key.to_owned(), node(value)));
        Json::Object(pairs.collect())
    };
    jobs.iter().map(job).collect()
}

/// A message as `[level, key, code, args]`; lines count from after `skipped` lines.
pub(crate) fn message(found: &Diagnostic, skipped: usize) -> Json {
    let level = match found.level {
        Level::Info => "info",
        Level::Warning => "warn",
        Level::Error => "error",
        Level::Alert => "alert",
    };
    let skipped = i64::try_from(skipped).expect("few lines");
    let arg = |(name, value): &(&'static str, Arg)| {
        let value = match (*name, value) {
            ("line", Arg::Int(line)) => json!(line - skipped),
            _ => argument(value),
        };
        ((*name).to_owned(), value)
    };
    let args: Map<String, Json> = found.args.iter().map(arg).collect();
    if args.is_empty() {
        json!([level, found.key, found.code])
    } else {
        json!([level, found.key, found.code, args])
    }
}

fn argument(value: &Arg) -> Json {
    match value {
        Arg::Str(text) => json!(text),
        Arg::Int(number) => json!(number),
        Arg::Bool(value) => json!(value),
        Arg::Null => Json::Null,
        Arg::List(items) => items.iter().map(argument).collect(),
        Arg::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|(name, value)| (name.clone(), argument(value)));
            Json::Object(pairs.collect())
        }
    }
}
