//! `agent validate`: every mistake, with its place and its fix, in four formats.

use super::Desk;

const GOOD: &str = "language: python\npython: \"3.12\"\nscript: pytest\n";
const WARNED: &str = "language: python\npython: \"3.12\"\nscirpt: pytest\n";
const FATAL: &str = "language: pyhton\nif: branch =\nscript: pytest\n";

#[test]
fn a_good_config_is_answered_with_one_line() {
    let mut desk = Desk::with(GOOD);
    let said = desk.agent(&["validate"]);
    assert_eq!(said.out, "");
    desk.agent(&["validate", "--strict"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn warnings_pass_unless_strict() {
    let mut desk = Desk::with(WARNED);
    let plain = desk.agent(&["validate"]).exit;
    let strict = desk.agent(&["validate", "--strict"]).exit;
    assert_eq!((plain, strict), (0, 3));
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn fatal_mistakes_end_with_3_in_every_format() {
    let mut desk = Desk::with(FATAL);
    for format in ["text", "plain", "github", "json"] {
        let said = desk.agent(&["validate", "--format", format]);
        assert_eq!(said.exit, 3, "{format}");
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn what_comes_to_nothing_here_is_said_once_and_counts_only_where_it_is_ours() {
    let text = "language: generic\nscript: make\ncache: {directories: [.cache]}\nservices: [docker, riak]\njobs:\n  include:\n    \
                - services: riak\n      deploy: {provider: pages, token: $TOKEN, on: {branch: main}}\n    - services: [riak, cri-dockerd]\n";
    let mut desk = Desk::with(text);
    let said = desk.agent(&["validate", "--strict", "--format", "plain"]);
    assert_eq!(said.exit, 0);
    let ours = "language: generic\nscript: make\nartifacts: a\njobs:\n  include:\n    - artifacts: {paths: b, when: always}\n    - name: Two\n";
    desk.write(".ci.yml", ours.as_bytes());
    let plain = desk.agent(&["validate", "--format", "plain"]).exit;
    let strict = desk.agent(&["validate", "--strict"]).exit;
    assert_eq!((plain, strict), (0, 3));
    desk.write(
        ".travis.yml",
        format!("{ours}image: debian:12\n").as_bytes(),
    );
    desk.agent(&["validate", "--format", "plain", ".travis.yml"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn json_is_one_list_even_of_a_good_config() {
    let said = Desk::with(GOOD).agent(&["validate", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
    assert!(list.iter().all(|message| message["level"] == "info"));
}

#[test]
fn several_files_are_told_apart_and_one_bad_one_counts() {
    let mut desk = Desk::with(GOOD);
    desk.write("warned.yml", WARNED.as_bytes());
    desk.write("fatal.yml", FATAL.as_bytes());
    let files = ["fatal.yml", ".ci.yml", "warned.yml"];
    let said = desk.agent(&[&["validate", "--format", "plain"], &files[..]].concat());
    assert_eq!(said.exit, 3);
    let said = desk.agent(&[&["validate", "--format", "json"], &files[..]].concat());
    let list: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
    let named = |name: &str| list.iter().any(|message| message["file"] == name);
    assert!(named("fatal.yml") && named("warned.yml"));
    desk.transcript
        .truncate(desk.transcript.find("out: [").unwrap());
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn files_that_are_no_config_are_named() {
    let mut desk = Desk::with(GOOD);
    desk.write("latin.yml", b"language: python\n# caf\xe9\n");
    desk.write("list.yml", b"- a\n- b\n");
    desk.write("tab.yml", b"script:\n\t- make\n");
    desk.write("empty.yml", b"");
    let large = format!("script: {}\n", "x".repeat(70_000));
    desk.write("large.yml", large.as_bytes());
    for file in [
        "latin.yml",
        "list.yml",
        "tab.yml",
        "empty.yml",
        "large.yml",
        "missing.yml",
        ".",
        "/dev/zero",
    ] {
        let said = desk.agent(&["validate", file]);
        assert_eq!(said.exit, 3, "{file}");
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_travis_config_is_read_by_its_own_rules() {
    let mut desk = Desk::with(GOOD);
    desk.write(
        ".travis.yml",
        b"language: python\npython: 3.6\nsudo: required\nscirpt: x\n",
    );
    let said = desk.agent(&["validate", ".travis.yml"]);
    assert_eq!(said.exit, 0);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn names_are_mended_in_the_file_and_all_else_stays() {
    let text = "# Ours\nlangauge: Python  # the one\npython: \"3.12\"\n\nscirpt:\n- pytest # all\nowner: me\n";
    let mut desk = Desk::with(text);
    let said = desk.agent(&["validate", "--fix"]);
    assert_eq!(said.exit, 0);
    let file = desk.checkout().join(".ci.yml");
    let mended = std::fs::read_to_string(&file).unwrap();
    let expected = text
        .replace("langauge: Python", "language: python")
        .replace("scirpt", "script");
    assert_eq!(mended, expected);
    desk.agent(&["validate", "--fix"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), mended);
    insta::assert_snapshot!(desk.transcript);
}
