//! Reads the cases of the conformance folder, which lies outside of the project.
#![allow(dead_code, unreachable_pub, clippy::print_stderr)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use schema::diagnostic::{Arg, Diagnostic, Level};
use serde_json::{Value, json};

/// The folder: `$CI_CONFORMANCE_DIR`, else beside the project.
pub fn folder() -> PathBuf {
    match std::env::var_os("CI_CONFORMANCE_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
    }
}

/// The rows of those of the files that are there.
pub fn rows(files: &[&str]) -> Vec<Value> {
    let mut rows = Vec::new();
    for name in files {
        let path = folder().join(name);
        let Ok(file) = File::open(&path) else {
            eprintln!("{} is absent: its cases are not run", path.display());
            continue;
        };
        let reader: Box<dyn Read> = if name.ends_with(".gz") {
            Box::new(GzDecoder::new(file))
        } else {
            Box::new(file)
        };
        for line in BufReader::new(reader).lines() {
            let line = line.expect("a readable file");
            rows.push(serde_json::from_str(&line).expect("a row of JSON"));
        }
    }
    rows
}

/// A message as the rows write it: level, key, code and arguments.
pub fn message(diagnostic: &Diagnostic) -> Value {
    let level = match diagnostic.level {
        Level::Info => "info",
        Level::Warning => "warn",
        Level::Error => "error",
        Level::Alert => "alert",
    };
    let args: serde_json::Map<String, Value> = diagnostic
        .args
        .iter()
        .map(|(name, value)| ((*name).to_owned(), argument(value)))
        .collect();
    if args.is_empty() {
        json!([level, diagnostic.key, diagnostic.code])
    } else {
        json!([level, diagnostic.key, diagnostic.code, args])
    }
}

fn argument(value: &Arg) -> Value {
    match value {
        Arg::Str(text) => json!(text),
        Arg::Int(number) => json!(number),
        Arg::Bool(value) => json!(value),
        Arg::Null => Value::Null,
        Arg::List(items) => items.iter().map(argument).collect(),
        Arg::Map(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), argument(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
