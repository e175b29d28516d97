//! Variables, plain and secret (run-time reference §4, security T8).

use crate::harness::{Running, job};
use agent::protocol::JobResult::*;
use agent::runner::script::{Given, Opened, Secrets, Withheld};
use agent::secrets::Plaintext;
use schema::plan::{EnvValue, EnvVar};
use schema::source::Span;
use std::path::Path;

fn shell(name: &str, word: &str) -> EnvVar {
    EnvVar::Plain {
        name: name.into(),
        value: EnvValue::Shell(word.into()),
        span: Span::default(),
    }
}

fn literal(name: &str, text: &str) -> EnvVar {
    EnvVar::Plain {
        name: name.into(),
        value: EnvValue::Literal(text.into()),
        span: Span::default(),
    }
}

fn secure() -> EnvVar {
    EnvVar::Secure {
        name: None,
        sealed: "sec1.x".into(),
        path: "env.global[0].secure".into(),
        span: Span::default(),
    }
}

fn opened(value: &str) -> Secrets {
    let opened = Opened {
        name: Some("TOKEN".into()),
        value: Plaintext::new(value.as_bytes().to_vec()),
    };
    Secrets::Opened([("env.global[0].secure".to_owned(), opened)].into())
}

#[test]
fn variables_are_set_in_order_and_shown() {
    let mut test = job(["env | grep -E '^[A-Z]=' | sort | tr '\\n' ' '"]);
    test.job.env = vec![
        shell("A", "1"),
        shell("B", "'x y'"),
        shell("C", "$(echo hi)"),
        shell("D", "$A"),
        literal("E", "hello world $A $(rm)"),
        literal("F", "1.10"),
        shell("A", "2"),
        shell("Z", "$(false)"),
    ];
    test.run()
        .result(Passed)
        .says(
            "Setting environment variables from .ci.yml\n$ export A=1\n$ export B='x y'\n\
             $ export C=$(echo hi)\n$ export D=$A\n$ export E=\"hello world $A \\$(rm)\"\n\
             $ export F=1.10\n$ export A=2\n$ export Z=$(false)\n",
        )
        .says("A=2 B=x y C=hi D=1 E=hello world 1 $(rm) F=1.10 Z= ");
}

#[test]
fn a_secret_is_literal_and_shown_as_secure_only() {
    let value = "it's a $SECRET `value`\nwith two lines";
    let mut test = job([
        "printf %s \"$TOKEN\" > token",
        "sh -c 'printf %s \"$TOKEN\" > child'",
        "env | grep -c CI__SECRET",
        "test \"$TRAVIS_SECURE_ENV_VARS\" = true",
    ]);
    test.job.env = vec![secure()];
    test.secrets = opened(value);
    let ran = test.run();
    ran.says("$ export TOKEN=[secure]\n")
        .says("\n0\n")
        .says_not("SECRET `value`");
    for file in ["token", "child"] {
        assert_eq!(
            std::fs::read_to_string(ran.tree().join(file)).unwrap(),
            value
        );
    }
}

#[test]
fn a_secret_is_in_no_file_and_no_argument() {
    let mut test = job([
        "set -e; touch ready; until test -e go; do sleep 0.02; done",
        "false",
    ])
    .phase(
        |p| &mut p.after_failure,
        ["rm go; touch again; until test -e go; do sleep 0.02; done"],
    );
    test.job.env = vec![secure()];
    test.secrets = opened("canary-7f3a");
    let running = test.start();
    let mut attached = running.attach(0);
    for mark in ["ready", "again"] {
        while !running.tree().join(mark).exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        look_for_canary(&running);
        std::fs::write(running.tree().join("go"), "").unwrap();
    }
    attached.read_to_end();
    running
        .finish(&attached)
        .result(Failed)
        .says_not("canary-7f3a");
}

fn look_for_canary(running: &Running) {
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(11).any(|window| window == b"canary-7f3a")
    };
    let folder = running.run_folder();
    let mut files = vec![folder.clone(), folder.join("cmd"), running.tree()];
    files = files
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    assert!(files.len() > 2);
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let arguments = processes.map(|entry| entry.path().join("cmdline"));
    for file in files.into_iter().chain(arguments) {
        assert!(!holds(&file), "{}", file.display());
    }
}

#[test]
fn withheld_secrets_are_told_and_not_set() {
    for (why, line) in [
        (
            Withheld::Untrusted,
            "Encrypted environment variables have been removed for security reasons.\n",
        ),
        (
            Withheld::Closed,
            "1 encrypted environment variable stays closed.",
        ),
        (
            Withheld::NotMigrated,
            "1 secret is sealed for Travis CI and not set",
        ),
    ] {
        let mut test = job([
            "test -z \"${TOKEN+set}\"",
            "test \"$CI_SECURE_ENV_VARS\" = false",
        ]);
        test.job.env = vec![secure()];
        test.secrets = Secrets::Withheld(why);
        test.run()
            .result(Passed)
            .says(line)
            .says_not("Setting environment");
    }
}

#[test]
fn variables_of_the_command_line_come_last() {
    let mut test = job(["test \"$A\" = 'two words'", "test \"$B\" = '$A; it'\\''s'"]);
    test.job.env = vec![shell("A", "1")];
    test.options.given = vec![given("A", "two words", true), given("B", "$A; it's", false)];
    test.run().result(Passed).says(
        "Setting environment variables from the command line\n\
         $ export A=[secure]\n$ export B='$A; it'\\''s'\n",
    );
}

fn given(name: &str, value: &str, hidden: bool) -> Given {
    Given {
        name: name.to_owned(),
        value: Plaintext::new(value.as_bytes().to_vec()),
        hidden,
    }
}

#[test]
fn texts_from_outside_are_never_shell_source() {
    let nasty = "$(touch /tmp/should-not-be) `id` \"; touch owned; '\n\\";
    let mut test = job([
        "test \"$TRAVIS_COMMIT_MESSAGE\" = \"$(cat expected)\"",
        "test ! -e owned",
    ]);
    test.request.commit_message = nasty.into();
    test.request.branch = "$(touch owned)".into();
    test.job.name = Some("`touch owned`".into());
    test.job.env = vec![literal("BAD; touch owned; X", "1")];
    let test = test.phase(
        |p| &mut p.before_install,
        ["printf %s \"$CI_COMMIT_MESSAGE\" > expected"],
    );
    let ran = test.run();
    ran.result(Passed)
        .says("is not set: this is no name for a variable.");
    assert_eq!(
        std::fs::read_to_string(ran.tree().join("expected")).unwrap(),
        nasty
    );
}

#[test]
fn an_environment_beyond_the_kernels_limit_is_told() {
    let mut test = job(["true"]);
    test.options.given = vec![given("BIG", &"x".repeat(200_000), true)];
    test.run()
        .result(Errored)
        .says("The job cannot go on: the shell cannot be started");
}
