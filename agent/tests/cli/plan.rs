//! `agent plan`: what would run for an event, and why something would not.

use super::{Desk, root};

/// Conditions on all levels, a matrix, and deploy entries for a branch, for tags and by shell.
const CONFIG: &str = r#"language: python
python: ["3.11", "3.12"]
env:
  global:
    - LEVEL=1
  jobs:
    - DB=sqlite
    - DB=pg
before_install: skip
script:
  - pytest
  - |
    set -e
    flake8
stages:
  - test
  - name: ship
    if: branch = master AND type != cron
  - name: nightly
    if: type = cron
jobs:
  exclude:
    - python: "3.11"
      env: DB=pg
  allow_failures:
    - python: "3.12"
      env: DB=pg
  include:
    - stage: ship
      name: Release notes
      if: branch =~ ^rel
      script: make notes
    - stage: ship
      name: Image
      language: generic
      services: docker
      script: make image
      deploy:
        - provider: script
          script: make push
          on: {branch: master, condition: $LEVEL = 1}
        - provider: script
          script: make release
          on: {tags: true}
    - stage: nightly
      name: Sweep
      script: make sweep
notifications:
  email:
    if: branch = stable
    recipients: [ada@example.com]
"#;

#[test]
fn a_push_shows_jobs_images_commands_and_what_is_left_out_with_the_values_seen() {
    let mut desk = Desk::with(CONFIG);
    desk.agent(&["plan"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn each_event_gets_its_own_answer() {
    let mut desk = Desk::with(CONFIG);
    for event in [
        &["--tag", "v1.0.0"][..],
        &["--branch", "topic/x"],
        &["--event", "pull_request"],
        &["--event", "pull_request", "--fork"],
        &["--event", "cron"],
    ] {
        let said = desk.agent(&[&["plan"], event].concat());
        assert_eq!(said.exit, 0);
    }
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn the_plan_is_data_as_json_and_as_yaml() {
    let mut desk = Desk::with(CONFIG);
    let json = desk.agent(&["plan", "--format", "json"]);
    let yaml = desk.agent(&["plan", "--format", "yaml"]);
    let from_json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let from_yaml: serde_json::Value = serde_yaml::from_str(&yaml.out).unwrap();
    assert_eq!(from_json, from_yaml);
    assert_eq!(json.err, "");
    insta::assert_snapshot!(yaml.out);
}

#[test]
fn a_condition_names_the_part_that_was_false() {
    for (condition, reason) in [
        (
            "branch = master AND tag IS present",
            "tag IS present is false: tag is not set",
        ),
        ("NOT type = push", "type is \"push\""),
        ("env(DEPLOY) = yes", "env(DEPLOY) is \"no\""),
        (
            "repo = other/fork OR fork = true",
            "repo is \"acme/widget\"",
        ),
        (
            "commit_message =~ /release/",
            "commit_message is \"Keep widgets\"",
        ),
    ] {
        let config = format!(
            "language: generic\nenv: {{global: [DEPLOY=no]}}\nscript: make\njobs:\n  include:\n    \
             - name: Always\n    - name: Sometimes\n      if: '{condition}'\n"
        );
        let said = Desk::with(&config).agent(&["plan"]);
        assert_eq!(said.exit, 0, "{}", said.err);
        assert!(said.out.contains(reason), "{condition}:\n{}", said.out);
    }
}

#[test]
fn what_does_not_run_is_taken_apart_where_that_is_asked_for() {
    let mut desk = Desk::with(CONFIG);
    desk.agent(&["plan", "--explain", "--branch", "topic/x"]);
    desk.agent(&["plan", "--explain"]);
    let said = desk.agent(&["plan", "--explain", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let why = &plan["skipped"][0]["why"];
    assert_eq!(why["condition"], "branch =~ ^rel");
    assert_eq!(why["place"], ".ci.yml:31:11");
    assert_eq!(why["seen"]["branch"], "\"master\"");
    assert_eq!(why["decided"][0], "branch =~ ^rel is false");
    let deploys = &plan["stages"][1]["jobs"][0]["deploy"];
    assert!(deploys[0].get("why").is_none(), "it may run: {deploys}");
    assert_eq!(deploys[1]["why"]["decided"][0], "tags: true is false");
    desk.transcript.truncate(
        desk.transcript
            .find("$ agent plan --explain --format")
            .unwrap(),
    );
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_build_without_a_job_left_is_taken_apart_job_by_job() {
    let mut desk = Desk::with(
        "language: generic\nscript: make\nstages:\n  - name: test\n    if: type = cron\njobs:\n  include:\n    \
         - name: One\n      if: branch = stable AND type = push\n    - name: Two\n      if: env(SHIP) = yes\n",
    );
    desk.agent(&["plan", "--explain"]);
    desk.write(
        ".ci.yml",
        b"if: tag IS present\nlanguage: generic\nscript: make\n",
    );
    desk.agent(&["plan", "--explain"]);
    desk.write(
        ".ci.yml",
        b"branches: {only: [stable, /^v\\d/], except: v1}\nlanguage: generic\nscript: make\n",
    );
    desk.agent(&["plan", "--explain"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_build_that_would_not_run_at_all_says_why() {
    let mut desk = Desk::with("branches: {only: [stable]}\nlanguage: generic\nscript: make\n");
    desk.agent(&["plan"]);
    desk.agent(&["plan", "--format", "json"]);
    desk.write(
        ".ci.yml",
        b"if: tag IS present\nlanguage: generic\nscript: make\n",
    );
    desk.agent(&["plan"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_job_that_cannot_run_here_says_why() {
    let said = Desk::with("language: c\nos: [linux, osx]\n").agent(&["plan"]);
    let refused = "cannot run      os is osx, and no agent here runs that";
    assert_eq!(said.out.matches(refused).count(), 1, "{}", said.out);
}

#[test]
fn a_refused_config_is_shown_with_carets_and_ends_with_3() {
    let mut desk = Desk::with("langauge: pyhton\nif: branch =\nscript: [make\n");
    desk.agent(&["plan"]);
    desk.write(".ci.yml", b"langauge: pyhton\nif: branch =\nenv: [A='x]\n");
    desk.agent(&["plan"]);
    desk.agent(&["plan", "--format", "json"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn what_a_checkout_does_not_tell_is_asked_for_or_has_a_default() {
    let mut desk = Desk::bare();
    desk.agent(&["plan"]);
    desk.write(".travis.yml", b"language: c\n");
    desk.agent(&["plan", "-r", "acme/other"]);
    desk.agent(&["plan", "nowhere.yml"]);
    desk.agent(&["plan", "."]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_checkout_without_a_commit_is_a_checkout() {
    let mut desk = Desk::empty();
    desk.write(".ci.yml", b"if: repo = acme/widget\nlanguage: c\n");
    std::fs::create_dir(desk.checkout().join("src")).unwrap();
    let said = desk.agent_in("src", &["plan"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""));
    assert!(!said.out.contains("Not run"), "{}", said.out);
}

#[test]
fn messages_name_a_config_as_it_was_asked_for() {
    let mut desk = Desk::with("language: c\n");
    std::fs::create_dir(desk.checkout().join("sub")).unwrap();
    desk.write("sub/.ci.yml", b"language: cc\n");
    let said = desk.agent(&["plan", "sub/.ci.yml"]);
    assert!(said.err.contains("--> sub/.ci.yml:1:11"), "{}", said.err);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let mut desk = Desk::with("language: generic\nscript: make\n");
    desk.agent(&["plan", "--tag", "v1", "--branch", "master"]);
    desk.agent(&["plan", "--tag", "v1", "--event", "push"]);
    desk.agent(&["plan", "--event", "tag"]);
    desk.agent(&["plan", "--fork"]);
    desk.agent(&["plan", "-r", "widget"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn names_from_a_config_do_nothing_to_the_terminal() {
    let mut desk = Desk::with(
        "language: generic\njobs:\n  include:\n    - name: \"a\\e]0;owned\\ab\"\n      script: \"echo \\e[2J\"\n",
    );
    let said = desk.agent_with(&[("CLICOLOR_FORCE", "1")], &["plan"]);
    assert!(!said.out.contains("\x1b]") && !said.out.contains("\x1b[2J"));
}

#[test]
fn the_example_and_the_fixtures_have_a_plan() {
    let root = root();
    let mut desk = Desk::bare();
    for config in [
        ".ci.yml.example",
        "fixtures/plain/.ci.yml",
        "fixtures/thoughts/.ci.yml",
    ] {
        let text = std::fs::read_to_string(root.join(config)).unwrap();
        // The fixture's sealed values are placeholders until a key is made.
        let sealed = "    - secure: \"sec1.0000000000000000.AAAA\"\n";
        desk.write(".ci.yml", text.replace(sealed, "").as_bytes());
        desk.agent(&["plan", "-r", "acme/widget"]);
    }
    insta::assert_snapshot!(desk.transcript);
}
