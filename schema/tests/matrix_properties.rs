//! What holds for every matrix.
#![allow(missing_docs)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use schema::plan::{EnvValue, EnvVar, Job};
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources, compile};

const VERSIONS: [&str; 4] = ["3.8", "3.9", "3.10", "3.1"];
const DATABASES: [&str; 3] = ["pg", "my", "lite"];

/// Some of the words, each once, in any order.
fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(words, 1..=words.len()).prop_shuffle()
}

/// The jobs of a config, as pairs of version and database.
fn pairs(config: &str) -> Vec<(String, String)> {
    let sources = Sources::new(Source::new(".ci.yml", config));
    let request = Request {
        branch: "main".to_owned(),
        ..Request::default()
    };
    match compile(&sources, &request).outcome {
        Outcome::Plan(plan) => plan
            .stages
            .iter()
            .flat_map(|stage| &stage.jobs)
            .map(pair)
            .collect(),
        Outcome::Skipped(_) => Vec::new(),
        other => panic!("{config}\n{other:?}"),
    }
}

fn pair(job: &Job) -> (String, String) {
    let version = job.versions.iter().find(|(key, _)| key == "python");
    let database = job.env.iter().find_map(|variable| match variable {
        EnvVar::Plain {
            value: EnvValue::Shell(text),
            ..
        } => Some(text.clone()),
        _ => None,
    });
    (
        version.expect("a version").1.clone(),
        database.expect("a database"),
    )
}

fn config(versions: &[&str], databases: &[&str], excluded: &[(&str, &str)]) -> String {
    let rules: String = excluded
        .iter()
        .map(|(version, database)| format!("    - {{python: {version}, env: DB={database}}}\n"))
        .collect();
    let exclude = if rules.is_empty() {
        String::new()
    } else {
        format!("jobs:\n  exclude:\n{rules}")
    };
    let databases: Vec<String> = databases
        .iter()
        .map(|database| format!("DB={database}"))
        .collect();
    format!(
        "language: python\nscript: pytest\npython: [{}]\nenv: [{}]\n{exclude}",
        versions.join(", "),
        databases.join(", ")
    )
}

proptest! {
    #[test]
    fn every_combination_is_there_once_in_order(
        versions in some(&VERSIONS),
        databases in some(&DATABASES),
    ) {
        let mut expected = Vec::new();
        for version in &versions {
            for database in &databases {
                expected.push(((*version).to_owned(), (*database).to_owned()));
            }
        }
        prop_assert_eq!(pairs(&config(&versions, &databases, &[])), expected);
    }

    #[test]
    fn what_is_excluded_is_absent_and_nothing_else(
        versions in some(&VERSIONS),
        databases in some(&DATABASES),
        excluded in proptest::collection::vec(
            (proptest::sample::select(&VERSIONS[..]), proptest::sample::select(&DATABASES[..])),
            0..6,
        ),
    ) {
        let all = pairs(&config(&versions, &databases, &[]));
        let left = pairs(&config(&versions, &databases, &excluded));
        let is_excluded = |pair: &(String, String)| {
            excluded.iter().any(|(version, database)| *version == pair.0 && *database == pair.1)
        };
        let expected: Vec<_> = all.into_iter().filter(|pair| !is_excluded(pair)).collect();
        prop_assert_eq!(left, expected);
    }

    #[test]
    fn jobs_are_unique_however_often_a_value_is_written(
        versions in proptest::collection::vec(proptest::sample::select(&VERSIONS[..]), 1..8),
        databases in proptest::collection::vec(proptest::sample::select(&DATABASES[..]), 1..8),
    ) {
        let jobs = pairs(&config(&versions, &databases, &[]));
        let distinct: BTreeSet<_> = jobs.iter().collect();
        prop_assert_eq!(distinct.len(), jobs.len());
    }

    #[test]
    fn no_text_makes_compile_panic(text in "[a-z:\\-\\[\\]{}&*!|>'\"%@`#, \n]{0,80}") {
        let sources = Sources::new(Source::new(".ci.yml", text.as_str()));
        let _ = compile(&sources, &Request::default());
        let compat = Sources::new(Source::new(".travis.yml", text.as_str()));
        let _ = compile(&compat, &Request::default());
    }

    #[test]
    fn no_tree_of_known_keys_makes_compile_panic(config in tree()) {
        let sources = Sources::new(Source::new(".ci.yml", config.as_str()));
        let _ = compile(&sources, &Request::default());
    }
}

/// Configs in flow style made of keys of the language in any place.
fn tree() -> impl Strategy<Value = String> {
    const KEYS: [&str; 18] = [
        "language",
        "os",
        "env",
        "global",
        "jobs",
        "include",
        "exclude",
        "allow_failures",
        "deploy",
        "provider",
        "on",
        "notifications",
        "email",
        "secure",
        "cache",
        "stages",
        "if",
        "script",
    ];
    const WORDS: [&str; 10] = [
        "python",
        "linux",
        "A=1",
        "true",
        "~",
        "''",
        "branch = a",
        "script",
        "1.10",
        "sec1.a.b",
    ];
    let key = || proptest::sample::select(&KEYS[..]);
    let leaf = proptest::sample::select(&WORDS[..]).prop_map(str::to_owned);
    let value = leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            proptest::collection::vec((key(), inner), 0..4).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{key}: {value}"))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    });
    proptest::collection::vec((key(), value), 0..6).prop_map(|entries| {
        entries
            .iter()
            .map(|(key, value)| format!("{key}: {value}\n"))
            .collect()
    })
}
