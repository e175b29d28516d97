//! Configs: `{yaml, data, expect}`, or `parts` instead of `yaml`, read by the reference's rules.
//!
//! `expect` holds the normalised `config`, the messages `msgs` in order, the `jobs` of the matrix
//! and the jobs of the `build` after stages and order (equal to `jobs` when absent), with the
//! messages of both, `job_msgs` and `build_msgs`. Where a row has `prod`, that is what is expected.

use crate::harness::{Disagreement, Row, Verdict, run_parts};
use crate::json;
use crate::reading::{facts, loaded, texts};
use schema::condition::Data;
use schema::dialect::Dialect;
use schema::matrix::{self, Conditions, Facts, Skip, SkipKind};
use schema::normalise::{Reading, normalise};
use serde_json::{Value as Json, json};

/// What is compared, with the floors of one file in per cent. Messages agree when level, key, code
/// and arguments do, in order; so their floor is that of the arguments, too.
const fn parts(config: f64, messages: f64, jobs: f64) -> [(&'static str, f64); 5] {
    [
        ("config", config),
        ("messages", messages),
        ("jobs", jobs),
        ("build", jobs),
        ("skip messages", jobs),
    ]
}

#[test]
fn configs_agree_with_the_reference() {
    run_parts("configs.jsonl.gz", parts(99.9, 99.5, 99.9), judge);
}

#[test]
fn mutants_agree_with_the_reference() {
    run_parts("mutants.jsonl.gz", parts(98.0, 98.0, 98.0), judge);
}

#[test]
fn normalisation_agrees_with_the_reference() {
    run_parts("normalise.jsonl", parts(99.0, 99.0, 99.0), judge);
}

#[test]
fn the_matrix_agrees_with_the_reference() {
    run_parts("matrix.jsonl", parts(99.0, 99.0, 99.0), judge);
}

#[test]
fn tricky_configs_agree_with_the_reference() {
    run_parts("tricky.jsonl", parts(99.0, 99.0, 99.0), judge);
}

#[test]
fn merged_configs_agree_with_the_reference() {
    run_parts("imports.jsonl", parts(99.0, 99.0, 99.0), judge);
}

fn judge(row: &Row) -> [Option<Verdict>; 5] {
    let expect = match row.field("prod") {
        Json::Null => row.field("expect"),
        prod => prod,
    };
    let nothing = || [None, None, None, None, None];
    // Rows with other than ASCII lost bytes in the reference.
    if !row.field("nonascii").is_null() {
        return nothing();
    }
    if let Some(error) = expect["error"]["type"].as_str() {
        let mut verdicts = nothing();
        // What only Ruby cannot load is a crash, which nobody copies (language reference §7).
        if error != "Psych::DisallowedClass" {
            verdicts[0] = Some(refused(row, error));
        }
        return verdicts;
    }
    let texts = texts(row);
    let loaded = loaded(&texts, Dialect::Reference);
    let Some(root) = loaded.root else {
        let differs = || Disagreement {
            expected: "a config".to_owned(),
            ours: format!("{:?}", loaded.diagnostics),
        };
        return [
            Some(Err(differs())),
            Some(Err(differs())),
            Some(Err(differs())),
            None,
            None,
        ];
    };
    let reading = Reading {
        dialect: Dialect::Reference,
        compat: true,
    };
    let (config, found) = normalise(
        root,
        &texts.iter().map(|(source, _)| source).collect::<Vec<_>>(),
        reading,
    );
    let mut messages: Vec<Json> = Vec::new();
    let said = loaded
        .diagnostics
        .iter()
        .map(|found| json::message(found, 0));
    let found = found
        .iter()
        .map(|found| json::message(found, loaded.skipped_lines));
    for message in said.chain(found) {
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    let mut verdicts = nothing();
    verdicts[0] = Some(Disagreement::between(
        &expect["config"],
        &json::node(&config),
    ));
    verdicts[1] = Some(same_messages(&expect["msgs"], messages));
    if expect["jobs"].is_null() {
        return verdicts;
    }
    let (Some(map), facts) = (config.as_map(), facts(row.field("data"))) else {
        return verdicts;
    };
    let conditions = facts.as_ref().map(|facts| facts as &dyn Conditions);
    let expanded = match matrix::expand(map, conditions) {
        Ok(expanded) => expanded,
        Err(error) => {
            let ours = error.to_string();
            verdicts[2] = Some(Err(Disagreement {
                expected: "jobs".to_owned(),
                ours,
            }));
            return verdicts;
        }
    };
    verdicts[2] = Some(Disagreement::between(
        &expect["jobs"],
        &json::jobs(&expanded.jobs),
    ));
    // Of parts the reference filters the build even by no facts at all.
    let none = Facts::new(Data::default(), None);
    let (expanded, conditions) = match conditions {
        None if texts.len() > 1 => {
            let again = matrix::expand(map, Some(&none)).unwrap_or(expanded);
            (again, Some(&none as &dyn Conditions))
        }
        given => (expanded, given),
    };
    let staged = matrix::finish(map, expanded, conditions);
    let build = match &expect["build"] {
        Json::Null => &expect["jobs"],
        build => build,
    };
    let stages: Vec<Json> = staged
        .stages
        .iter()
        .map(|stage| json!(stage.name))
        .collect();
    let names = |stages: &Json| -> Vec<Json> {
        stages
            .as_array()
            .into_iter()
            .flatten()
            .map(|stage| stage["name"].clone())
            .collect()
    };
    let expected = json!({"build": build, "stages": names(&expect["stages"])});
    let ours = json!({"build": json::jobs(&staged.jobs), "stages": stages});
    verdicts[3] = Some(Disagreement::between(&expected, &ours));
    if facts.is_none() {
        return verdicts;
    }
    let expected: Vec<&Json> = ["job_msgs", "build_msgs"]
        .iter()
        .flat_map(|key| expect[*key].as_array().into_iter().flatten())
        .collect();
    // Several jobs can be skipped by one condition; the reference says it once.
    let mut skips: Vec<Json> = Vec::new();
    for skip in staged.left_out.skipped.iter().map(skip) {
        if !skips.contains(&skip) {
            skips.push(skip);
        }
    }
    verdicts[4] = Some(Disagreement::between(&json!(expected), &json!(skips)));
    verdicts
}

/// Whether we refuse a config that the reference cannot load.
fn refused(row: &Row, error: &str) -> Verdict {
    let loaded = loaded(&texts(row), Dialect::Reference);
    match loaded.root {
        None => Ok(()),
        Some(root) => Err(Disagreement {
            expected: error.to_owned(),
            ours: json::node(&root).to_string(),
        }),
    }
}

/// Agreement of messages in order; a disagreement shows what is missing and what is too much.
fn same_messages(expected: &Json, ours: Vec<Json>) -> Verdict {
    let expected: Vec<Json> = expected.as_array().cloned().unwrap_or_default();
    if expected == ours {
        return Ok(());
    }
    let without = |all: &[Json], other: &[Json]| -> Vec<Json> {
        all.iter()
            .filter(|message| !other.contains(message))
            .cloned()
            .collect()
    };
    let missing = without(&expected, &ours);
    let surplus = without(&ours, &expected);
    if missing.is_empty() && surplus.is_empty() {
        return Disagreement::between(&Json::Array(expected), &Json::Array(ours));
    }
    Disagreement::between(&Json::Array(missing), &Json::Array(surplus))
}

fn skip(skip: &Skip) -> Json {
    let condition = &skip.condition;
    let (key, code) = match &skip.kind {
        SkipKind::Job(_) => ("jobs.include", "skip_job"),
        SkipKind::Exclude => ("jobs.exclude", "skip_exclude"),
        SkipKind::Stage(_) => ("stages", "skip_stage"),
        SkipKind::AllowFailure => ("jobs.allow_failures", "skip_allow_failure"),
        SkipKind::Notification(kind) => {
            let args = json!({"type": kind, "number": skip.number, "condition": condition});
            return json!([
                "info",
                format!("notifications.{kind}"),
                "skip_notification",
                args
            ]);
        }
    };
    json!(["info", key, code, {"number": skip.number, "condition": condition}])
}
