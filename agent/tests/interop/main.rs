//! Secure strings against two other implementations of the format (`sec1.py`): each writer's
//! strings open with each reader. Needs their packages; `script/test interop` installs them.

#![allow(clippy::print_stdout, reason = "a test prints its figures")]

use agent::secrets::{
    Keyring, MasterKeys, MasterSources, Opener, Place, Plaintext, PublicKey, Repository, Slot, seal,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The largest plaintext, of which the name takes its part.
const LARGEST: usize = 64 * 1024;

/// What is sealed, with the slot as the format spells it.
fn cases() -> Vec<(Slot, String)> {
    let full = "x".repeat(LARGEST - "NAME=".len());
    vec![
        (Slot::Env, "NAME=".to_owned()),
        (Slot::Env, format!("NAME={full}")),
        (Slot::Env, "NAME=héllo wörld — ✓ 🙂".to_owned()),
        (
            Slot::Env,
            "NAME=-----BEGIN KEY-----\r\nline 2\n\n".to_owned(),
        ),
        (Slot::Env, "NAME=a=b $C `d` 'e' \"f\"".to_owned()),
        (Slot::Field, "hunter2".to_owned()),
        (Slot::FieldAt("deploy.api_key".to_owned()), "k".to_owned()),
    ]
}

/// A repository's key in a data folder, made by the agent.
struct Ours {
    data: tempfile::TempDir,
    public: PublicKey,
    opener: Opener,
}

impl Ours {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let sources = MasterSources {
            file: data.path().join("master-key"),
            ..MasterSources::default()
        };
        let masters = MasterKeys::create(&sources).unwrap();
        let mut keyring = Keyring::open(&data.path().join("keys")).unwrap();
        let repository = Repository {
            host: "github.com".to_owned(),
            id: 186_853_002,
            slug: Some("owner/repo".to_owned()),
        };
        let key = keyring.generate(&repository, &masters, Timestamp::now());
        Self {
            data,
            public: key.unwrap().public,
            opener: Opener::new(&keyring, &Ok(masters), &repository.host, repository.id),
        }
    }

    fn seal(&self, (slot, plaintext): &(Slot, String)) -> String {
        let plaintext = Plaintext::new(plaintext.clone().into_bytes());
        seal(&self.public, slot, &plaintext).unwrap().to_text()
    }

    /// The plaintext of a string that stands where its slot says.
    fn open(&self, slot: &Slot, string: &str) -> String {
        let path = match slot {
            Slot::Env => "env[0].secure",
            Slot::Field => "deploy.password.secure",
            Slot::FieldAt(path) => &format!("{path}.secure"),
        };
        let place = Place {
            file: ".ci.yml".to_owned(),
            line: 1,
            column: 1,
            path: path.to_owned(),
        };
        let text = |value: &Plaintext| String::from_utf8(value.expose().to_vec()).unwrap();
        if *slot == Slot::Env {
            let (name, value) = self.opener.open_env(string, &place, None).unwrap();
            format!("{name}={}", text(&value))
        } else {
            text(&self.opener.open_field(string, &place).unwrap())
        }
    }

    /// What the other implementations are told: the key pair as it lies on disk, and the cases.
    fn told(&self, cases: &[(Slot, String)]) -> Value {
        let file = format!("keys/{}.json", self.public.kid());
        let key: Value = serde_json::from_str(&read(&self.data.path().join(file))).unwrap();
        let cases = cases.iter().map(|case| {
            let (slot, plaintext) = case;
            json!({"slot": slot.to_string(), "plaintext": plaintext, "string": self.seal(case)})
        });
        json!({
            "public": self.public.to_string(),
            "private": key["private"],
            "master": read(&self.data.path().join("master-key")).trim(),
            "cases": cases.collect::<Vec<_>>(),
        })
    }
}

#[test]
fn every_writers_strings_open_with_every_reader() {
    let (ours, cases) = (Ours::new(), cases());
    let theirs = ask(&ours.told(&cases));
    let theirs = theirs.as_object().unwrap();
    for (library, strings) in theirs {
        let strings = strings.as_array().unwrap();
        assert_eq!(strings.len(), cases.len());
        for ((slot, plaintext), string) in cases.iter().zip(strings) {
            let opened = ours.open(slot, string.as_str().unwrap());
            assert!(opened == *plaintext, "{library}, slot {slot}");
        }
    }
    // Two of them answered; with ours that makes three writers and three readers.
    assert_eq!(theirs.len(), 2);
    for case in &cases {
        assert!(ours.open(&case.0, &ours.seal(case)) == case.1);
    }
    let pairings = 3 * 3 * cases.len();
    println!("{pairings} of {pairings} pairings agree");
}

/// The answer of `sec1.py`, which has compared all that it opened itself.
fn ask(told: &Value) -> Value {
    let python = std::env::var_os("AGENT_INTEROP_PYTHON").expect(
        "AGENT_INTEROP_PYTHON names a python with requirements.txt; use script/test interop",
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/sec1.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(told.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "sec1.py: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
