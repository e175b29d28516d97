//! A key from its making to its end.

use super::{Desk, mode};

#[test]
fn a_key_is_made_shown_rotated_and_retired() {
    let mut desk = Desk::new();
    desk.run(&["keys", "list"]);
    desk.run(&["keys", "generate", "--repo-id", "12"]);
    desk.run(&["keys", "generate"]);
    let line = desk.run(&["keys", "show"]);
    assert_eq!(desk.read(".ci.pub"), line);
    desk.run(&["keys", "rotate"]);
    assert_eq!(desk.read(".ci.pub"), desk.run(&["keys", "show"]));
    let list = desk.run(&["keys", "list"]);
    desk.run(&["keys", "list", "--format", "json"]);
    let former = list.lines().find(|line| line.contains("former")).unwrap();
    desk.run(&["keys", "retire", &former[..16]]);
    desk.run(&["keys", "retire", &former[..16]]);
    desk.run(&["keys", "rotate-master"]);
    insta::assert_snapshot!(desk.transcript());
    assert_eq!(mode(&desk.data("")), 0o700);
    assert_eq!(mode(&desk.data("keys")), 0o700);
    assert_eq!(mode(&desk.data("master-key")), 0o600);
    assert!(!desk.data("master-key.old").exists());
}

#[test]
fn a_checkout_of_another_repository_keeps_its_public_key() {
    let mut desk = Desk::with_key("script: make\n");
    let before = desk.read(".ci.pub");
    desk.run(&["keys", "generate", "-r", "other/repo", "--repo-id", "13"]);
    assert_eq!(desk.read(".ci.pub"), before);
    desk.run(&[
        "keys",
        "generate",
        "-r",
        "other/repo",
        "--repo-id",
        "13",
        "--no-file",
    ]);
    desk.run(&["keys", "generate", "-r", "other/repo", "--force"]);
    insta::assert_snapshot!(desk.transcript());
    assert_ne!(desk.read(".ci.pub"), before);
}

#[test]
fn each_mistake_is_answered_with_what_to_do() {
    let mut desk = Desk::new();
    desk.run(&["keys", "generate"]);
    desk.run(&["keys", "generate", "-r", "owner", "--repo-id", "1"]);
    desk.run(&["keys", "show"]);
    desk.run(&["keys", "show", "XYZ"]);
    desk.run(&["keys", "show", "0000000000000000"]);
    desk.run(&["keys", "retire", "0000000000000000"]);
    desk.run(&["keys", "rotate", "-r", "owner/repo"]);
    desk.run(&["keys", "check"]);
    desk.run(&["keys", "rotate-master"]);
    desk.write(".ci.pub", "ssh-rsa AAAA\n");
    desk.run(&["keys", "show"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn a_lost_or_foreign_master_key_is_said() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    let other = "11".repeat(32);
    desk.run_with("", &[("AGENT_MASTER_KEY", &other)], &["keys", "check"]);
    desk.run_with("", &[("AGENT_MASTER_KEY", &other)], &["keys", "rotate"]);
    desk.run_with("", &[("AGENT_MASTER_KEY", "short")], &["keys", "rotate"]);
    std::fs::remove_file(desk.data("master-key")).unwrap();
    desk.run(&["keys", "check"]);
    desk.run(&[
        "keys",
        "generate",
        "-r",
        "other/repo",
        "--repo-id",
        "13",
        "--no-file",
    ]);
    assert!(
        !desk.data("master-key").exists(),
        "a lost master key is not replaced in silence"
    );
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn check_names_each_string_that_does_not_open() {
    let mut desk = Desk::with_key("env:\n  global:\n    - A=1\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    desk.run(&["keys", "check"]);
    let env = desk.run_with("hunter2", &[], &["encrypt", "TOKEN"]);
    let field = desk.run_with("hunter2", &[], &["encrypt"]);
    let (env, field) = (env.trim(), field.trim());
    let travis = "A".repeat(683);
    let damaged = env.replace("\"\n", "").trim_end_matches('"').to_owned();
    let config = format!(
        "env:\n  global:\n    - {env}\n    - {field}\n    - OTHER: {{{env}}}\n    - secure: hunter2\n    \
         - secure: \"{travis}=\"\n    - {damaged}A\"\n    - secure: sec9.a.b\n    - secure: {{}}\n\
         deploy:\n  provider: npm\n  email: {{{field}}}\n  api_token:\n    {env}\n\
         notifications:\n  slack:\n    {env}\n"
    );
    desk.write(".ci.yml", &config);
    desk.transcript.clear();
    desk.run(&["keys", "check"]);
    desk.write("other.yml", "env: [{secure: hunter2}]\n");
    desk.run(&["keys", "check", "other.yml", "--format", "json"]);
    desk.write("other.yml", "script: make\n");
    desk.run(&["keys", "check", "other.yml"]);
    desk.write("other.yml", "script: [make\n");
    desk.run(&["keys", "check", "other.yml"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn a_key_that_is_on_another_machine_is_told_from_a_strangers() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    // The checkout as it comes to a machine without keys, and to one with its own key.
    std::fs::remove_dir_all(desk.data("")).unwrap();
    desk.transcript.clear();
    desk.run(&["keys", "check"]);
    desk.run(&["keys", "generate", "--no-file"]);
    desk.run(&["keys", "check"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn a_string_of_another_repository_does_not_open() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    desk.run(&[
        "keys",
        "generate",
        "-r",
        "other/repo",
        "--repo-id",
        "13",
        "--force",
    ]);
    desk.transcript.clear();
    desk.run(&["keys", "check", "-r", "other/repo"]);
    insta::assert_snapshot!(desk.transcript());
}
