//! docs/examples: what can be said of them without the programs that read them. The proxies' files
//! are tried in `tests/proxy`.

use super::{documents, root};
use agent::settings::{SecretName, Settings};
use std::fs;
use std::time::Duration;

fn example(name: &str) -> String {
    fs::read_to_string(root().join("docs/examples").join(name)).unwrap()
}

/// The values of a setting of a unit, in order.
fn unit(name: &str) -> Vec<String> {
    let text = example("agent.service");
    let lines = text.lines().filter_map(|line| line.split_once('='));
    lines
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .collect()
}

#[test]
fn the_unit_hands_over_each_secret_under_the_name_that_the_agent_looks_for() {
    let mut given = Vec::new();
    for credential in unit("LoadCredential") {
        let (name, file) = credential.split_once(':').unwrap();
        assert!(file.starts_with("/etc/agent/"), "{file}");
        given.push(name.to_owned());
    }
    let wanted = [
        SecretName::GITHUB_TOKEN.credential(),
        SecretName::WEBHOOK_SECRET.credential(),
        SecretName::OPERATOR_TOKEN.credential(),
        "agent-master-key".to_owned(),
    ];
    assert_eq!(given, wanted);
}

#[test]
fn other_commands_run_with_what_the_unit_gives() {
    let script = example("agent-as-service");
    let mut wanted = vec!["User=agent".to_owned()];
    for name in [
        "DynamicUser",
        "SupplementaryGroups",
        "StateDirectory",
        "StateDirectoryMode",
        "UMask",
        "LoadCredential",
    ] {
        let values = unit(name).into_iter();
        wanted.extend(values.map(|value| format!("{name}={value}")));
    }
    let words: Vec<&str> = script.split_whitespace().collect();
    let given = words.windows(2).filter(|pair| pair[0] == "-p");
    let mut given: Vec<&str> = given.map(|pair| pair[1]).collect();
    wanted.sort();
    given.sort_unstable();
    assert_eq!(given, wanted);
    for variable in unit("Environment") {
        assert!(words.contains(&variable.as_str()), "{variable}");
    }
}

#[test]
fn the_unit_starts_the_agent_and_leaves_it_time_to_end() {
    let start = unit("ExecStart").remove(0);
    let (program, arguments) = start.split_once(' ').unwrap();
    assert_eq!(program, "/usr/local/bin/agent");
    let words = std::iter::once("agent").chain(arguments.split(' '));
    agent::cli::command().try_get_matches_from(words).unwrap();
    let stop = unit("TimeoutStopSec").remove(0);
    let minutes: u64 = stop.strip_suffix("min").unwrap().parse().unwrap();
    let drain = Settings::default().queue.drain_timeout;
    assert!(Duration::from_secs(minutes * 60) > drain, "{minutes} min");
    assert_eq!(unit("Type"), ["notify"]);
    let folder = format!("AGENT_DATA=/var/lib/{}", unit("StateDirectory").remove(0));
    assert_eq!(unit("Environment"), [folder]);
}

#[test]
fn the_proxies_ask_where_the_agent_listens() {
    let listen = Settings::default().server.listen.to_string();
    for (name, line) in [
        ("nginx.conf", format!("proxy_pass http://{listen};")),
        ("Caddyfile", format!("reverse_proxy {listen}")),
    ] {
        let text = example(name);
        assert!(text.lines().any(|one| one.trim() == line), "{name}: {line}");
    }
}

#[test]
fn every_example_is_spoken_of() {
    let documents = documents().into_iter();
    let texts: String = documents
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for entry in fs::read_dir(root().join("docs/examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(texts.contains(&format!("(examples/{name})")), "{name}");
    }
}
