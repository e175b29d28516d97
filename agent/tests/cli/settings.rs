//! `agent config check`: what the settings mean, and what is wrong with them.

use super::Desk;
use std::os::unix::fs::PermissionsExt;

const GOOD: &str = "\
server: {public_url: https://ci.example.com}
github:
  token_file: token
  webhook_secret_file: webhook
operator: {token_file: operator}
queue: {per_repository: 3}
docker: {trusted_repositories: [acme/widget]}
images:
  - {language: rust, image: \"rust:1\"}
";

/// Settings with the files they name.
fn desk(settings: &str) -> Desk {
    let desk = Desk::bare();
    secret(&desk, "token", "ghp_hunter2", 0o600);
    secret(&desk, "webhook", "hunter2hunter2hunter2", 0o600);
    secret(&desk, "operator", "hunter2hunter2hunter2", 0o400);
    desk.write("agent.yml", settings.as_bytes());
    desk
}

fn secret(desk: &Desk, name: &str, text: &str, mode: u32) {
    desk.write(name, text.as_bytes());
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(desk.checkout().join(name), permissions).unwrap();
}

const CHECK: [&str; 4] = ["config", "check", "--config", "agent.yml"];

#[test]
fn good_settings_are_listed_with_their_sources() {
    let mut desk = desk(GOOD);
    let said = desk.agent_with(
        &[
            ("AGENT_JOBS_MEMORY", "2GiB"),
            ("AGENT_MASTER_KEY", &"a5".repeat(32)),
        ],
        &CHECK,
    );
    assert_eq!(said.exit, 0);
    assert!(!said.out.contains("hunter2"));
    // The columns are as wide as the temporary folder's name asks for.
    let words = |line: &str| {
        let cells = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("  ")
    };
    let lines: Vec<String> = desk.transcript.lines().map(words).collect();
    let transcript = lines.join("\n").replace(&"a5".repeat(32), "…");
    insta::assert_snapshot!(transcript);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_ends_with_2() {
    let mut desk = desk(
        "server: {public_url: ci.example.com, listen: \"0.0.0.0:80\"}
github:
  token_file: token
  webhook_secret_file: webhook
operator: {token_file: missing}
jobs: {pids: 1, hard_limit: 0}
docker: {trusted_repositories: [\"*\"]}
status: {nothing_ran: none, prefix: \"\"}
",
    );
    secret(&desk, "webhook", "hunter2", 0o600);
    secret(&desk, "token", "ghp_hunter2", 0o644);
    let said = desk.agent(&CHECK);
    assert_eq!(said.exit, 2);
    insta::assert_snapshot!(said.err);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_at_its_place() {
    let mut desk = desk("server:\n  lisen: 127.0.0.1:80\n");
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write("agent.yml", b"server:\n  listen: localhost\n");
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write("agent.yml", b"github: {token: ghp_hunter2}\n");
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write(
        "agent.yml",
        b"database: postgres://agent:hunter2@db/agent\n",
    );
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write("agent.yml", b"status: {nothing_ran: green}\n");
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write("agent.yml", b"- a\n");
    assert_eq!(desk.agent(&CHECK).exit, 2);
    desk.write("agent.yml", GOOD.as_bytes());
    let soon = [("AGENT_POLL_INTERVAL", "soon")];
    assert_eq!(desk.agent_with(&soon, &CHECK).exit, 2);
    let missing = ["config", "check", "--config", "missing.yml"];
    assert_eq!(desk.agent(&missing).exit, 2);
    assert!(!desk.transcript.contains("hunter2"));
    insta::assert_snapshot!(desk.transcript);
}

#[test]
fn as_json_it_is_one_object_whatever_is_wrong() {
    let check = |desk: &mut Desk| {
        let said = desk.agent(&[&CHECK[..], &["--format", "json"]].concat());
        assert_eq!(said.err, "");
        let object: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        (said.exit, object)
    };
    let mut desk = desk(GOOD);
    let (exit, good) = check(&mut desk);
    assert_eq!(exit, 0);
    let find = |list: &str, name: &str| {
        let list = good[list].as_array().unwrap();
        list.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    let row = find("settings", "queue.per_repository");
    assert_eq!(
        (&row["value"], &row["source"]),
        (&3.into(), &"agent.yml:6:25".into())
    );
    assert_eq!(find("settings", "poll.interval")["source"], "default");
    assert_eq!(find("settings", "images")["value"][0]["image"], "rust:1");
    assert_eq!(find("secrets", "github.token")["source"], "token");
    assert_eq!(
        find("secrets", "github.webhook_secret_old")["source"],
        serde_json::Value::Null
    );
    assert_eq!(
        good["findings"][0]["level"], "warning",
        "there is no master key"
    );

    desk.write("agent.yml", GOOD.replace("https://", "").as_bytes());
    let (exit, bad) = check(&mut desk);
    assert_eq!((exit, &bad["findings"][0]["level"]), (2, &"error".into()));

    desk.write("agent.yml", b"lisen: 1\n");
    let (exit, broken) = check(&mut desk);
    assert_eq!(exit, 2);
    let message = broken["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("agent.yml:1:1: unknown field `lisen`"),
        "{message}"
    );
}

#[test]
fn without_a_file_the_environment_is_enough() {
    let mut desk = Desk::bare();
    let said = desk.agent_with(
        &[
            ("AGENT_SERVER_PUBLIC_URL", "https://ci.example.com"),
            ("AGENT_GITHUB_TOKEN", "ghp_x"),
            ("AGENT_GITHUB_WEBHOOK_SECRET", "0123456789abcdef"),
        ],
        &["config", "check"],
    );
    assert_eq!(said.exit, 0, "{}", said.err);
    assert!(
        said.err.ends_with("no settings file: 2 warnings\n"),
        "{}",
        said.err
    );
}

#[test]
fn without_anything_it_is_said_where_a_file_would_be_and_how_to_begin_one() {
    let mut desk = Desk::bare();
    for command in [
        &["config", "check"][..],
        &["serve"],
        &["repo", "add", "o/n"],
    ] {
        let said = desk.agent(command);
        assert_eq!(said.exit, 2, "{command:?}");
        let hint = said
            .err
            .lines()
            .find(|line| line.starts_with("hint: there is no "));
        let hint = hint.unwrap_or_else(|| panic!("{command:?}: {}", said.err));
        assert!(
            hint.contains("/agent/agent.yml; docs/getting-started.md"),
            "{hint}"
        );
    }
}
