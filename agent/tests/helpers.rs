//! The helpers' shell text in the shells of images: `sh` of this machine, and bash.

use agent::helpers::{FUNCTIONS, SUDO};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const SHELLS: [&str; 2] = ["sh", "bash"];

/// What a text prints in a shell, with its status.
fn run(shell: &str, text: &str) -> (String, Option<i32>) {
    let ran = Command::new(shell).args(["-c", text]).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout).into_owned();
    (out, ran.status.code())
}

#[test]
fn versions_become_numbers_that_grow_with_them() {
    for shell in SHELLS {
        for (version, number) in [
            ("1.10.0", "1001010000000"),
            ("v2.08-rc10", "1002008000000"),
            ("3", "1003000000000"),
            ("1.2.3.4.5", "1001002003004"),
            ("", "1000000000000"),
        ] {
            let text = format!("{FUNCTIONS}\nset -e; n=$(travis_vers2int '{version}'); echo $n");
            let (out, status) = run(shell, &text);
            assert_eq!((out.trim(), status), (number, Some(0)), "{shell} {version}");
        }
    }
}

#[test]
fn a_retried_command_keeps_its_words_and_its_status() {
    for shell in SHELLS {
        let text =
            format!("{FUNCTIONS}\nCI__SECOND=0; travis_retry sh -c 'echo \"$1\"; exit 5' x 'a  b'");
        let (out, status) = run(shell, &text);
        assert_eq!(
            (out.as_str(), status),
            ("a  b\na  b\na  b\n", Some(5)),
            "{shell}"
        );
    }
}

/// As root of an image without sudo; `su` tells how it was called.
#[test]
fn sudo_runs_as_whom_it_is_told_and_leaves_variables_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("id", "#!/bin/sh\necho 0\n"),
        ("su", "#!/bin/sh\necho \"su $3: $5\"\n"),
        ("sudo", SUDO),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = folder.path().display();
    for (call, said) in [
        ("sudo echo one", "one"),
        ("sudo -E -n -- echo two", "two"),
        ("sudo -EHn echo three", "three"),
        (
            "sudo -u postgres psql 'a b'",
            "su postgres: exec  'psql' 'a b'",
        ),
        ("sudo -upostgres psql", "su postgres: exec  'psql'"),
        (
            "sudo -Hu postgres psql \"it's\"",
            r"su postgres: exec  'psql' 'it'\''s'",
        ),
        (
            "user=me text=mine sudo A=1 sh -c 'echo $user $text $A'",
            "me mine 1",
        ),
        ("sudo -D / pwd", "/"),
    ] {
        for shell in SHELLS {
            let (out, status) = run(shell, &format!("PATH={path}:$PATH; export PATH; {call}"));
            assert_eq!((out.trim(), status), (said, Some(0)), "{shell}: {call}");
        }
    }
    for call in ["sudo --nonesuch true", "sudo", "sudo -u"] {
        let (_, status) = run("sh", &format!("PATH={path}:$PATH; export PATH; {call}"));
        assert_eq!(status, Some(1), "{call}");
    }
}
