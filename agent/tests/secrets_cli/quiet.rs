//! A canary value is nowhere but in what it was sealed into (T8, T9).

use super::{Desk, files};

const CANARY: &str = "canary-5ac1f0";

fn holds(bytes: &[u8]) -> bool {
    bytes
        .windows(CANARY.len())
        .any(|window| window == CANARY.as_bytes())
}

#[test]
fn a_value_is_neither_printed_nor_stored_even_with_all_tracing_on() {
    let mut desk = Desk::with_key("script: make\ndeploy:\n  provider: npm\n");
    let trace = ("AGENT_LOG", "trace");
    desk.run_with(CANARY, &[trace], &["encrypt", "TOKEN", "--add"]);
    desk.run_with(CANARY, &[trace], &["encrypt", "--add", "deploy.api_token"]);
    desk.run_with(
        "",
        &[("TOKEN", CANARY), trace],
        &["encrypt", "--from-env", "TOKEN", "--add"],
    );
    desk.run_with(
        "",
        &[("CI", CANARY), trace],
        &["encrypt", "--from-env", "CI"],
    );
    desk.run_with("", &[trace], &["keys", "check"]);
    desk.run_with("", &[trace], &["keys", "check", "--format", "json"]);
    desk.run_with("", &[trace], &["keys", "list", "--format", "json"]);
    let said = desk.transcript.replace(&format!("printf {CANARY:?}"), "");
    assert!(!said.contains(CANARY), "{said}");
    for (path, bytes) in files(desk.folder.path()) {
        assert!(!holds(&bytes), "{}", path.display());
    }
}

#[test]
fn the_master_key_is_never_printed() {
    let mut desk = Desk::with_key("script: make\n");
    let master = "ab".repeat(32);
    let env = [
        ("AGENT_MASTER_KEY", master.as_str()),
        ("AGENT_LOG", "trace"),
    ];
    for arguments in [
        &["keys", "list"][..],
        &["keys", "check"],
        &["keys", "rotate"],
        &["keys", "rotate-master"],
    ] {
        desk.run_with("", &env, arguments);
    }
    assert!(!desk.transcript.contains("abababab"));
}
