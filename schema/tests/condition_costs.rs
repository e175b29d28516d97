//! Conditions that have no answer stop the build, and all of a config share one budget.
#![allow(missing_docs)]

use schema::diagnostic::Diagnostic;
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources, compile};

/// The fatal messages about conditions, with what their places hold.
fn refusals(config: &str) -> Vec<(String, String)> {
    let request = Request {
        branch: format!("{}!", "a".repeat(60)),
        commit_message: "a".repeat(2_000),
        ..Request::default()
    };
    for name in [".ci.yml", ".travis.yml"] {
        let compiled = compile(&Sources::new(Source::new(name, config)), &request);
        let fatal = |found: &&Diagnostic| found.fatal && found.code == "invalid_condition";
        let found: Vec<_> = compiled.diagnostics.iter().filter(fatal).collect();
        assert_eq!(compiled.outcome == Outcome::Refused, !found.is_empty());
        if name == ".travis.yml" {
            let shown = |found: &Diagnostic| {
                let range = found.span.start as usize..found.span.end as usize;
                (found.message.clone(), config[range].to_owned())
            };
            return found.into_iter().map(shown).collect();
        }
    }
    Vec::new()
}

/// Jobs with a condition each.
fn jobs(count: usize, condition: impl Fn(usize) -> String) -> String {
    let job = |n| format!("  - {{name: j{n}, if: '{}'}}\n", condition(n));
    let jobs: String = (0..count).map(job).collect();
    format!("language: shell\nscript: make\njobs:\n  include:\n{jobs}")
}

#[test]
fn a_pattern_made_by_a_call_that_is_none_stops_the_build_at_its_place() {
    let found = refusals("language: shell\nscript: make\nenv: P=(\nif: branch =~ env(P)\n");
    assert_eq!(found.len(), 1);
    assert!(
        found[0]
            .0
            .starts_with("The condition has no answer: the pattern /(/ is invalid")
    );
    assert_eq!(found[0].1, "env(P)");
}

#[test]
fn a_catastrophic_pattern_stops_the_build_at_its_place() {
    let found = refusals("language: shell\nscript: make\nif: branch =~ /^(a|a|(?=b)b)*$/\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].0.contains("too many steps"), "{found:?}");
    assert_eq!(found[0].1, "/^(a|a|(?=b)b)*$/");
}

#[test]
fn hundreds_of_catastrophic_conditions_are_refused_with_few_messages() {
    let found = refusals(&jobs(800, |n| format!("branch =~ /^(a|a|(?=b)b{n})*$/")));
    assert!((2..5).contains(&found.len()), "{found:?}");
    let last = &found[found.len() - 1].0;
    assert!(
        last.contains("all conditions together cost too much"),
        "{last}"
    );
}

#[test]
fn conditions_that_cost_little_one_by_one_are_refused_together() {
    let pattern = |n| format!("commit_message =~ /[ab]*a[ab]{{{}}}c/", 300 + n);
    let found = refusals(&jobs(600, pattern));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.contains("all conditions together cost too much"));
}

#[test]
fn that_conditions_of_jobs_and_stages_cost_too_much_is_told_once() {
    let jobs = jobs(20, |n| format!("branch =~ /^(a|a|(?=b)b{n})*$/"));
    let stages = "stages:\n  - {name: test, if: branch =~ /x/}\n";
    let found = refusals(&format!("{jobs}{stages}"));
    let too_much = |found: &&(String, String)| found.0.contains("cost too much");
    assert_eq!(found.iter().filter(too_much).count(), 1, "{found:?}");
}

#[test]
fn as_many_conditions_as_builds_have_are_fine() {
    let condition = |n| {
        format!(
            "branch =~ /^v{n}\\.\\d+$/ OR commit_message !~ /(?i)\\[skip j{n}\\]/ AND type != cron"
        )
    };
    assert_eq!(refusals(&jobs(200, condition)), []);
}
