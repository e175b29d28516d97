//! What a config may hold: beyond a limit an error names it, and of many messages the gravest stay.
#![allow(missing_docs)]

use schema::request::Request;
use schema::source::Source;
use schema::{Compiled, Outcome, Sources, compile};

fn compiled(config: &str) -> Compiled {
    compile(
        &Sources::new(Source::new(".ci.yml", config)),
        &Request::default(),
    )
}

/// The fatal message of a config that is refused.
fn refusal(config: &str) -> (String, String) {
    let compiled = compiled(config);
    assert_eq!(compiled.outcome, Outcome::Refused);
    let mut fatal = compiled.diagnostics.into_iter().filter(|found| found.fatal);
    let found = fatal.next().expect("a fatal message");
    (found.message, found.help.unwrap_or_default())
}

fn python(versions: usize) -> String {
    let versions: Vec<String> = (0..versions).map(|n| format!("\"{n}\"")).collect();
    format!("language: python\npython: [{}]\n", versions.join(", "))
}

#[test]
fn what_jobs_share_counts_for_each_of_them() {
    let config = |commands| format!("{}script: [{}]\n", python(190), "a, ".repeat(commands));
    assert!(matches!(compiled(&config(400)).outcome, Outcome::Plan(_)));
    let (message, help) = refusal(&config(600));
    assert!(message.starts_with("The jobs hold 11"), "{message}");
    assert!(
        message.ends_with("values together: at most 100000 are allowed"),
        "{message}"
    );
    assert!(help.contains("files of the repository"), "{help}");
}

#[test]
fn variables_and_keys_count_before_rules_remove_jobs() {
    let variables: Vec<String> = (0..1_000).map(|n| format!("A{n}=1")).collect();
    let env = format!(
        "env: {{global: [{}]}}\nscript: make\n",
        variables.join(", ")
    );
    assert!(
        refusal(&format!("{}{env}", python(190)))
            .0
            .contains("values together")
    );
    let keys: String = (0..1_000).map(|n| format!("_{n}: 1\n")).collect();
    assert!(
        refusal(&format!("{}script: make\n{keys}", python(190)))
            .0
            .contains("values together")
    );
}

#[test]
fn text_of_jobs_is_counted_in_bytes() {
    let text = format!("{}script: [{}]\n", python(190), "x".repeat(50_000));
    let (message, _) = refusal(&text);
    assert!(
        message.ends_with("bytes of text together: at most 8388608 are allowed"),
        "{message}"
    );
}

#[test]
fn rules_are_counted_by_their_values() {
    let rules = "  - {python: x, name: y}\n".repeat(900);
    let (message, help) = refusal(&format!(
        "{}script: make\njobs:\n  exclude:\n{rules}",
        python(190)
    ));
    assert!(
        message.starts_with("The rules have 2700 values, too many for 190 jobs"),
        "{message}"
    );
    assert!(help.contains("shorter rules"), "{help}");
}

#[test]
fn of_many_messages_the_gravest_stay_in_their_order() {
    let keys: String = (0..1_000).map(|n| format!("zz{n}zz: 1\n")).collect();
    let found = compiled(&format!("{keys}if: \"(\"\nscript: make\n")).diagnostics;
    assert_eq!(found.len(), 201);
    assert!(
        found
            .iter()
            .any(|found| found.fatal && found.code == "invalid_condition")
    );
    assert!(found.is_sorted_by_key(|found| if found.code == "more_messages" { 1 } else { 0 }));
    let last = &found[200];
    assert_eq!(last.code, "more_messages");
    assert!(
        last.message.ends_with("more messages are not shown"),
        "{}",
        last.message
    );
}
