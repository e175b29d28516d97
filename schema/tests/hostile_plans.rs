//! Configs made to cost much are answered in bounded time (decision 9).
#![allow(missing_docs, clippy::print_stdout)]

use std::time::{Duration, Instant};

use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources, compile};

/// Generous, as tests run unoptimised and beside others; the promise is 100 ms when optimised.
const LIMIT: Duration = Duration::from_secs(3);

fn refused_in_time(name: &str, config: &str) {
    let begin = Instant::now();
    let compiled = compile(
        &Sources::new(Source::new(".ci.yml", config)),
        &Request::default(),
    );
    let took = begin.elapsed();
    assert!(took < LIMIT, "{name} took {took:?}");
    if std::env::var_os("SHOW_TIMES").is_some() {
        println!("{name}: {took:?}, {} messages", compiled.diagnostics.len());
    }
    assert!(!matches!(compiled.outcome, Outcome::Need(_)), "{name}");
}

/// A text repeated up to the size that a file may have, in a frame.
fn filled(before: &str, part: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for number in 0.. {
        let part = part(number);
        if text.len() + part.len() + after.len() > 64_000 {
            break;
        }
        text.push_str(&part);
    }
    text + after
}

#[test]
fn many_unknown_keys() {
    refused_in_time(
        "keys",
        &filled("script: make\n", |n| format!("k{n}y: 1\n"), ""),
    );
}

#[test]
fn many_jobs_of_one_name() {
    let job = |n| format!("  - name: a{}\n", n % 7);
    refused_in_time(
        "names",
        &filled("script: make\njobs:\n  include:\n", job, ""),
    );
}

#[test]
fn a_matrix_of_many_axes() {
    let axis = |key: &str| {
        let values: Vec<String> = (0..300).map(|n| format!("\"{n}\"")).collect();
        format!("{key}: [{}]\n", values.join(", "))
    };
    let config = format!(
        "language: ruby\nscript: make\n{}{}{}{}",
        axis("rvm"),
        axis("gemfile"),
        axis("jdk"),
        axis("env").replace('"', "").replace(", ", ", A="),
    );
    refused_in_time("axes", &config);
}

#[test]
fn as_many_jobs_as_are_looked_at_each_with_much_to_share() {
    let values = |count: usize| {
        (0..count)
            .map(|n| format!("A{n}=1"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let before = format!(
        "language: python\npython: [a, b]\nenv: [{}]\nscript:\n",
        values(99)
    );
    refused_in_time(
        "shared",
        &filled(&before, |n| format!("  - echo {n}\n"), ""),
    );
}

#[test]
fn many_rules() {
    let before = "language: python\nscript: make\npython: [a, b]\njobs:\n  exclude:\n";
    refused_in_time(
        "rules",
        &filled(before, |n| format!("  - {{python: x{n}}}\n"), ""),
    );
}

#[test]
fn many_variables() {
    let before = "script: make\nenv:\n  global:\n";
    refused_in_time(
        "variables",
        &filled(before, |n| format!("  - V{n}=1\n"), ""),
    );
}

#[test]
fn lists_in_lists() {
    let deep = format!("script: {}make{}\n", "[".repeat(90), "]".repeat(90));
    refused_in_time("deep", &deep);
    let deep = format!("language: {}python{}\n", "[".repeat(90), "]".repeat(90));
    refused_in_time("deep word", &deep);
    let maps = format!(
        "notifications: {}a{}\n",
        "{email: ".repeat(80),
        "}".repeat(80)
    );
    refused_in_time("deep maps", &maps);
}
