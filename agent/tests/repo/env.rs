//! Variables of a repository's settings, as an operator sets and sees them.

use crate::desk::Desk;
use crate::github_model::GithubModel;
use agent::secrets::{MasterKeys, MasterSources};
use agent::store::{Location, Store, Variable};
use agent::variables::open;

/// What must never be seen.
const CANARY: &str = "canary-4be2c01a77";

/// A machine with two repositories.
fn desk(model: &GithubModel) -> Desk {
    let mut desk = Desk::new(model);
    for name in ["octo/hello", "octo/other"] {
        let repo = model.repository(name);
        repo.push("main", &[("a", "1")], "Begin");
        assert_eq!(desk.agent(&["repo", "add", name, "--no-protect"]).exit, 0);
    }
    desk.forget();
    desk
}

/// What is stored for a repository, with values where they open.
fn stored(desk: &Desk, name: &str) -> Vec<(Variable, Option<String>)> {
    let repository = desk.stored(name).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let all = runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(desk.data("agent.db"))).await;
        store.unwrap().variables(repository.id).await.unwrap()
    });
    let masters = MasterKeys::load(&MasterSources {
        file: desk.data("master-key"),
        ..MasterSources::default()
    });
    let with_value = |variable: Variable| {
        let opened = open(&variable, &masters).ok();
        let value = opened.map(|given| String::from_utf8(given.value.expose().to_vec()).unwrap());
        (variable, value)
    };
    all.into_iter().map(with_value).collect()
}

fn values(desk: &Desk, name: &str) -> Vec<String> {
    let all = stored(desk, name).into_iter();
    all.map(|(_, value)| value.unwrap_or("does not open".to_owned()))
        .collect()
}

#[test]
fn variables_are_set_listed_copied_and_removed_and_no_secret_is_ever_shown() {
    let model = GithubModel::start();
    let mut desk = desk(&model);
    let hello = ["-r", "octo/hello"];
    let mut agent = |words: &[&str]| {
        let said = desk.agent(&[&["env"], words, &hello[..]].concat());
        assert!(!said.out.contains(CANARY), "{}", said.out);
        said
    };
    agent(&["list"]);
    agent(&["set", "COLOUR", "red", "--public"]);
    agent(&["set", "WORDS= two  words 'and $more\" ", "--public"]);
    agent(&["set", "COLOUR", "blue", "--public", "--branch", "release"]);
    agent(&["set", "COLOUR", "green", "--public"]);
    desk.agent_given(CANARY, &["env", "set", "TOKEN", "-r", "octo/hello"]);
    let from = ["env", "set", "-r", "octo/hello", "--from-env", "ONE", "TWO"];
    desk.agent_with(&[("ONE", CANARY), ("TWO", "a\nb\n")], &from);
    desk.agent(&["env", "list", "-r", "Octo/Hello"]);
    desk.agent(&["env", "list", "-r", "octo/hello", "--format", "json"]);
    let all = values(&desk, "octo/hello");
    let expected = [
        "green",
        "blue",
        CANARY,
        CANARY,
        "a\nb\n",
        " two  words 'and $more\" ",
    ];
    assert_eq!(all, expected);
    let copy = ["env", "copy", "--from", "octo/hello", "-r", "octo/other"];
    desk.agent(&[&copy[..], &["TOKEN", "COLOUR"]].concat());
    assert_eq!(values(&desk, "octo/other"), ["green", "blue", CANARY]);
    desk.agent(&[&copy[..], &["TOKEN"]].concat());
    desk.agent(&[
        "env",
        "unset",
        "COLOUR",
        "-r",
        "octo/other",
        "--branch",
        "release",
    ]);
    desk.agent(&[
        "env",
        "unset",
        "TOKEN",
        "COLOUR",
        "NONE",
        "-r",
        "octo/other",
    ]);
    desk.agent(&["env", "unset", "COLOUR", "-r", "octo/hello"]);
    assert_eq!(values(&desk, "octo/other").len(), 0);
    assert_eq!(values(&desk, "octo/hello").len(), 4);
    let transcript = desk.transcript();
    assert!(!transcript.contains(CANARY), "{transcript}");
    insta::assert_snapshot!(transcript);
    model.finish();
}

#[test]
fn what_cannot_be_set_is_answered_with_the_reason() {
    let model = GithubModel::start();
    let mut desk = desk(&model);
    for (words, exit) in [
        (&["set", "TRAVIS_BRANCH", "x"][..], 2),
        (&["set", "CI=1"], 2),
        (&["set", "UID", "0"], 2),
        (&["set", "IFS=,"], 2),
        (&["set", "hunter2!"], 2),
        (&["set", "A=1", "2"], 2),
        (&["set", "A", "x", "--branch", ""], 2),
        (&["set", "--from-env", "SURELY_NOT_SET"], 2),
        (&["set"], 2),
        (&["set", "A", "x", "--from-env", "B"], 2),
        (&["unset", "2"], 2),
        (&["copy", "--from", "octo/hello"], 2),
        (&["copy", "--from", "octo/none"], 2),
        (&["copy", "--from", "octo/other"], 0),
        (&["copy", "NONE", "--from", "octo/other"], 1),
    ] {
        let said = desk.agent(&[&["env"], words, &["-r", "octo/hello"]].concat());
        assert_eq!(said.exit, exit, "{words:?}");
    }
    assert_eq!(desk.agent(&["env", "list", "-r", "octo/none"]).exit, 2);
    assert_eq!(desk.agent(&["env", "list"]).exit, 2);
    assert!(stored(&desk, "octo/hello").is_empty());
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_copied_database_gives_no_value_away_and_another_master_key_is_said() {
    let model = GithubModel::start();
    let mut desk = desk(&model);
    desk.agent_given(CANARY, &["env", "set", "TOKEN", "-r", "octo/hello"]);
    let public = format!("COLOUR={CANARY}");
    desk.agent(&["env", "set", &public, "--public", "-r", "octo/hello"]);
    desk.forget();
    for name in ["agent.db", "agent.db-wal"] {
        let bytes = std::fs::read(desk.data(name)).unwrap_or_default();
        let found = bytes
            .windows(CANARY.len())
            .any(|part| part == CANARY.as_bytes());
        assert!(!found, "{name}");
    }
    let other = "22".repeat(32);
    let list = ["env", "list", "-r", "octo/hello"];
    let said = desk.agent_with(&[("AGENT_MASTER_KEY", &other)], &list);
    assert!(said.exit == 1 && !said.out.contains(CANARY), "{}", said.out);
    let copy = ["env", "copy", "--from", "octo/hello", "-r", "octo/other"];
    let said = desk.agent_with(&[("AGENT_MASTER_KEY", &other)], &copy);
    assert_eq!(said.exit, 1);
    std::fs::rename(desk.data("master-key"), desk.data("elsewhere")).unwrap();
    assert_eq!(desk.agent(&list).exit, 1);
    let set = ["env", "set", "COLOUR", "red", "-r", "octo/hello"];
    assert_eq!(desk.agent(&set).exit, 2);
    std::fs::rename(desk.data("elsewhere"), desk.data("master-key")).unwrap();
    assert_eq!(values(&desk, "octo/hello"), [CANARY, CANARY]);
    insta::assert_snapshot!(desk.transcript());
    model.finish();
}

#[test]
fn a_new_master_key_seals_them_anew_and_the_old_one_opens_none() {
    let model = GithubModel::start();
    let mut desk = desk(&model);
    for name in ["octo/hello", "octo/other"] {
        desk.agent_given(CANARY, &["env", "set", "TOKEN", "-r", name]);
    }
    let old = std::fs::read(desk.data("master-key")).unwrap();
    let said = desk.agent(&["keys", "rotate-master"]);
    assert_eq!(said.exit, 0);
    assert!(desk.transcript().contains("Sealed 2 variables with it"));
    assert_ne!(std::fs::read(desk.data("master-key")).unwrap(), old);
    assert!(!desk.data("master-key.old").exists());
    for name in ["octo/hello", "octo/other"] {
        assert_eq!(values(&desk, name), [CANARY]);
    }
    std::fs::write(desk.data("master-key"), &old).unwrap();
    assert_eq!(values(&desk, "octo/hello"), ["does not open"]);
    model.finish();
}
