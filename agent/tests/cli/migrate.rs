//! `agent migrate`: a `.ci.yml` out of a `.travis.yml`.

use super::Desk;

const TRAVIS: &str = "\
# Widgets
dist: xenial
rvm: 2.6 # the old one
env:
  global:
    - LANG=C
    - secure: \"c2VhbGVkIGZvciBUcmF2aXM=\"
scirpt: rake
after_success: ./report
deploy:
  provider: heroku
  api_key:
    secure: \"c2VhbGVkIGZvciBUcmF2aXMgdG9v\"
";

#[test]
fn it_is_written_with_comments_kept_and_the_rest_told() {
    let mut desk = Desk::empty();
    desk.write(".travis.yml", TRAVIS.as_bytes());
    desk.commit();
    assert_eq!(desk.agent(&["migrate", "--dry-run"]).exit, 0);
    assert!(!desk.checkout().join(".ci.yml").exists());
    desk.transcript.clear();
    assert_eq!(desk.agent(&["migrate"]).exit, 0);
    let written = std::fs::read_to_string(desk.checkout().join(".ci.yml")).unwrap();
    assert_eq!(desk.agent(&["validate"]).exit, 0);
    insta::assert_snapshot!(format!("{}\n-- .ci.yml\n{written}", desk.transcript));
}

#[test]
fn a_ci_yml_is_not_written_over_unasked() {
    let mut desk = Desk::with("script: mine\n");
    desk.write(".travis.yml", b"language: c\nscript: theirs\n");
    let said = desk.agent(&["migrate"]);
    assert_eq!(said.exit, 3);
    assert!(said.err.contains("--force"), "{}", said.err);
    let kept = std::fs::read_to_string(desk.checkout().join(".ci.yml")).unwrap();
    assert_eq!(kept, "script: mine\n");
    assert_eq!(desk.agent(&["migrate", "--force"]).exit, 0);
    let written = std::fs::read_to_string(desk.checkout().join(".ci.yml")).unwrap();
    assert_eq!(written, "language: c\nscript: theirs\n");
}

#[test]
fn what_has_to_be_mended_by_hand_ends_with_3_and_its_line() {
    let mut desk = Desk::empty();
    desk.write("old.yml", b"language: c\nif: branch =\nscript: make\n");
    let said = desk.agent(&["migrate", "old.yml", "--output", "-"]);
    assert_eq!(said.exit, 3);
    assert_eq!(said.out, "language: c\nif: branch =\nscript: make\n");
    assert!(
        said.err.contains(":2: This condition cannot be read"),
        "{}",
        said.err
    );
}

#[test]
fn without_a_travis_yml_or_with_a_broken_one_the_way_on_is_said() {
    let mut desk = Desk::empty();
    assert_eq!(desk.agent(&["migrate"]).exit, 3);
    desk.write(".travis.yml", b"script: [make\n");
    assert_eq!(desk.agent(&["migrate"]).exit, 3);
    assert!(!desk.checkout().join(".ci.yml").exists());
    insta::assert_snapshot!(desk.transcript);
}
