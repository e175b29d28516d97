//! `agent run` up to the point where it needs Docker. (What it does with Docker: `tests/docker`.)

use super::Desk;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const CONFIG: &str = "language: generic
stages: [test, ship]
jobs:
  include:
    - {stage: test, name: Unit, script: make test}
    - {stage: test, name: Lint, script: make lint}
    - {stage: ship, name: Ship, if: branch = stable, script: make ship}
";

#[test]
fn without_a_checkout_a_commit_or_a_config_the_way_to_start_is_said() {
    let mut desk = Desk::bare();
    desk.agent(&["run"]);
    let mut none = Desk::empty();
    none.agent(&["run"]);
    none.write("README", b"Widgets.\n");
    none.commit();
    let said = none.agent(&["run"]);
    assert_eq!(said.exit, 3);
    insta::assert_snapshot!(desk.transcript + &none.transcript);
}

#[test]
fn stages_and_jobs_that_are_not_there_are_answered_with_those_that_are() {
    let mut desk = Desk::with(CONFIG);
    desk.agent(&["run", "--stage", "tset"]);
    desk.agent(&["run", "--job", "7"]);
    desk.agent(&["run", "--stage", "ship"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn variables_are_checked_before_anything_runs_and_no_value_is_shown() {
    let mut desk = Desk::with(CONFIG);
    desk.write("good.env", b"# comment\n\nA=1\n");
    desk.write("bad.env", b"A=1\n2B=hunter2\n");
    desk.agent(&["run", "-e", "1A=hunter2"]);
    desk.agent(&["run", "-e", "NOT_SET_ANYWHERE"]);
    desk.agent(&["run", "--env-file", "bad.env"]);
    desk.agent(&["run", "--env-file", "missing.env"]);
    desk.agent(&["run", "--env-file", "/dev/zero"]);
    let said = desk.agent(&["run", "--env-file", "good.env", "-e", "B=hunter2"]);
    assert_eq!(said.exit, 4, "all of these are good: {}", said.err);
    assert!(
        !desk
            .transcript
            .replace("A=hunter2", "")
            .replace("B=hunter2", "")
            .contains("hunter2")
    );
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_shell_is_refused_before_anything_runs_where_no_terminal_is() {
    let mut desk = Desk::with(CONFIG);
    let said = desk.agent(&["run", "--shell-on-failure"]);
    assert_eq!(said.exit, 2);
    let said = desk.agent(&["run", "--job", "2", "--shell-on-failure"]);
    assert_eq!(said.exit, 2);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_key_that_is_not_here_is_said_before_docker_is_asked() {
    let sealed = format!("sec1.0123456789abcdef.{}", "A".repeat(64));
    let mut desk = Desk::with(&format!(
        "language: generic\nscript: make\nenv: [{{secure: {sealed}}}]\n"
    ));
    let said = desk.agent(&["run", "--secrets"]);
    assert_eq!(said.exit, 2);
    assert!(!desk.folder.path().join("data").exists());
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn names_from_a_config_do_nothing_to_the_terminal() {
    let mut desk = Desk::with(
        "language: generic\nscript: make\njobs:\n  include:\n    - name: one\n    \
         - name: \"a\\e]0;owned\\ab\\e[2J\"\n      if: branch = stable\n",
    );
    let said = desk.agent_with(&[("CLICOLOR_FORCE", "1")], &["run"]);
    assert!(said.err.contains("Skipping job ab"), "{:?}", said.err);
    assert!(!said.err.contains("\x1b]") && !said.err.contains("\x1b[2J"));
}

#[test]
fn settings_are_refused_with_file_line_and_column() {
    let mut desk = Desk::with(CONFIG);
    for (name, text) in [
        ("unknown.yml", "jobs:\n  memroy: 2GiB\n"),
        ("size.yml", "jobs:\n  memory: lots\n"),
        ("nothing.yml", "jobs: {hard_limit: 0}\n"),
        ("mirror.yml", "docker: {registry_mirror: mirror.example}\n"),
        ("not.yml", "jobs: [\n"),
    ] {
        desk.write(name, text.as_bytes());
        let said = desk.agent(&["run", "--config", name]);
        assert_eq!(said.exit, 2, "{name}");
    }
    desk.agent(&["run", "--config", "missing.yml"]);
    desk.agent(&["run", "--config", "/dev/zero"]);
    desk.agent_with(&[("AGENT_CONFIG", "unknown.yml")], &["run"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn settings_never_come_from_the_checkout() {
    let mut desk = Desk::with(CONFIG);
    std::fs::create_dir(desk.checkout().join("agent")).unwrap();
    desk.write("agent/agent.yml", b"no: settings\n");
    for home in ["", ".", "relative/../"] {
        let said = desk.agent_with(&[("XDG_CONFIG_HOME", home)], &["plan"]);
        assert_eq!(said.exit, 0, "{home:?}: {}", said.err);
    }
}

#[test]
fn without_docker_it_ends_with_4_and_a_hint() {
    let mut desk = Desk::with(CONFIG);
    let said = desk.agent(&["run"]);
    assert_eq!(said.exit, 4);
    let said = desk.agent_with(&[("DOCKER_HOST", "tcp://127.0.0.1:1")], &["run"]);
    assert_eq!(said.exit, 4);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_refused_config_ends_with_3_before_anything_else() {
    let mut desk = Desk::with("language: generic\nscript: make\nif: (branch\n");
    let said = desk.agent(&["run"]);
    assert_eq!(said.exit, 3);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_config_that_is_broken_too_large_or_a_bomb_is_refused_at_once() {
    let list = |items: &str| format!("[{}]", [items; 9].join(", "));
    let mut aliases = format!("a0: &a0 {}\n", list("x"));
    for level in 1..12 {
        let below = list(&format!("*a{}", level - 1));
        writeln!(aliases, "a{level}: &a{level} {below}").unwrap();
    }
    let mut desk = Desk::with("script: make\n");
    for (name, config) in [
        ("unparsable", "script: [make\njobs: 1\n".to_owned()),
        (
            "too large",
            format!("script: |\n{}", "  make\n".repeat(10_000)),
        ),
        ("a bomb of aliases", aliases + "script: make\n"),
        ("a bomb of brackets", "[".repeat(20_000)),
        ("no text", "script: \u{0}\n".to_owned()),
    ] {
        desk.write(".ci.yml", config.as_bytes());
        writeln!(desk.transcript, "# {name}").unwrap();
        let begin = Instant::now();
        let said = desk.agent(&["run"]);
        assert_eq!((said.exit, said.out.as_str()), (3, ""), "{name}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{name}");
    }
    assert!(!desk.folder.path().join("data").exists());
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_build_that_is_not_wanted_passes_and_a_pull_request_stays_pending() {
    let mut desk = Desk::with("branches: {only: [stable]}\nlanguage: generic\nscript: make\n");
    desk.agent(&["run"]);
    desk.agent(&["run", "--event", "pull_request", "--branch", "topic"]);
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let mut desk = Desk::with(CONFIG);
    desk.agent_with(&[("AGENT_DATA", "/dev/null/data")], &["run"]);
    insta::assert_snapshot!(desk.transcript);
}
