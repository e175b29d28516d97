//! Sealing values and adding them to the config.

use super::{Desk, mode};
use std::os::unix::fs::PermissionsExt;

#[test]
fn values_come_from_arguments_a_pipe_or_the_environment() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run(&["encrypt", "TOKEN=hunter2"]);
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN"]);
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN="]);
    desk.run(&["encrypt", "A=one", "B=two"]);
    desk.run_with(
        "",
        &[("ONE", "111"), ("TWO", "222")],
        &["encrypt", "--from-env", "ONE", "TWO"],
    );
    desk.run_with("hunter2", &[], &["encrypt"]);
    desk.run(&["encrypt", "p@ss word"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn added_values_open_in_their_places() {
    let mut desk = Desk::with_key("# ours\nscript: make\ndeploy:\n  provider: npm # it\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    desk.run(&["encrypt", "--add", "A=$(id) 'x'", "B=two"]);
    desk.run_with("hunter3", &[], &["encrypt", "--add", "deploy.api_token"]);
    desk.run_with("hunter4", &[], &["encrypt", "--add", "deploy.api_token"]);
    desk.run(&["keys", "check"]);
    insta::assert_snapshot!(format!("{}{}", desk.transcript(), {
        desk.transcript = desk.read(".ci.yml");
        desk.transcript()
    }));
}

#[test]
fn the_file_keeps_its_mode_and_the_default_is_the_one_in_use() {
    let mut desk = Desk::with_key("script: make\n");
    std::fs::rename(desk.path(".ci.yml"), desk.path(".travis.yml")).unwrap();
    let permissions = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(desk.path(".travis.yml"), permissions).unwrap();
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    assert!(desk.read(".travis.yml").contains("secure: \"sec1."));
    assert_eq!(mode(&desk.path(".travis.yml")), 0o600);
    desk.write("other.yml", "script: make\n");
    desk.run_with(
        "hunter2",
        &[],
        &["encrypt", "TOKEN", "--add", "--file", "other.yml"],
    );
    assert!(desk.read("other.yml").contains("secure: \"sec1."));
}

#[test]
fn what_cannot_be_edited_is_left_alone_and_the_line_is_printed() {
    let config = "_e: &e [A=1]\nenv: *e\n";
    let mut desk = Desk::with_key(config);
    let out = desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    assert!(out.starts_with("secure: \"sec1."));
    assert_eq!(desk.read(".ci.yml"), config);
    desk.write(".ci.yml", "env: [A=1\n");
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    desk.run_with(
        "hunter2",
        &[],
        &["encrypt", "TOKEN", "--add", "--file", "none.yml"],
    );
    std::fs::remove_file(desk.path(".ci.yml")).unwrap();
    desk.run_with("hunter2", &[], &["encrypt", "TOKEN", "--add"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn odd_values_are_sealed_with_a_warning() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run(&["encrypt", "A=ab"]);
    desk.run_with("hunter2\n", &[], &["encrypt", "TOKEN"]);
    desk.run(&["encrypt", "--add", "deploy.api_token", "TOKEN=hunter2"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn each_mistake_is_answered_with_what_to_do() {
    let mut desk = Desk::with_key("script: make\n");
    desk.run(&["encrypt", "1A=hunter2"]);
    desk.run(&["encrypt", "CI_TOKEN=hunter2"]);
    desk.run(&["encrypt", "TRAVIS=hunter2"]);
    desk.run_with("a\0b", &[], &["encrypt", "TOKEN"]);
    desk.run_with(
        "",
        &[("TOKEN", &"x".repeat(70_000))],
        &["encrypt", "--from-env", "TOKEN"],
    );
    desk.run(&["encrypt", "--from-env", "NOT_SET"]);
    desk.run_with("hunter2", &[], &["encrypt", "A", "B"]);
    desk.run(&["encrypt", "--add"]);
    desk.run(&["encrypt", "--add", "notifications.slack", "hunter2"]);
    desk.run(&["encrypt", "--add", "deploy.api_key", "a", "b"]);
    desk.run(&["encrypt", "-r", "other/repo", "TOKEN=hunter2"]);
    desk.run(&["encrypt", "--host", "example.org", "TOKEN=hunter2"]);
    desk.run(&["encrypt", "--public-key", "none.pub", "TOKEN=hunter2"]);
    desk.write("bad.pub", "ssh-rsa AAAA\n");
    desk.run(&["encrypt", "--public-key", "bad.pub", "TOKEN=hunter2"]);
    let zero = "A".repeat(43);
    desk.write(
        "zero.pub",
        &format!("cipub1 github.com 12 {zero} # owner/repo\n"),
    );
    desk.run(&["encrypt", "--public-key", "zero.pub", "TOKEN=hunter2"]);
    std::fs::remove_file(desk.path(".ci.pub")).unwrap();
    desk.run(&["encrypt", "-r", "other/repo", "TOKEN=hunter2"]);
    insta::assert_snapshot!(desk.transcript());
}

#[test]
fn a_key_that_is_out_of_date_is_said() {
    let mut desk = Desk::with_key("script: make\n");
    let old = desk.read(".ci.pub");
    desk.run(&["keys", "rotate", "--no-file"]);
    assert_eq!(desk.read(".ci.pub"), old);
    desk.transcript.clear();
    desk.run(&["encrypt", "TOKEN=hunter2"]);
    let list = desk.run(&["keys", "list"]);
    let former = list.lines().find(|line| line.contains("former")).unwrap();
    desk.run(&["keys", "retire", &former[..16]]);
    desk.run(&["encrypt", "TOKEN=hunter2"]);
    insta::assert_snapshot!(desk.transcript());
}
