//! The helpers' shell text in the shells of images: `sh` of this machine, and bash.

use agent::helpers::{ADDONS, FUNCTIONS, SUDO};
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

/// Stand-ins for what addons call: each tells how it was called. Files of root go below `$root`.
const STAND_INS: &str = r#"
CI__SECOND=0
sudo() {
  [ "$1" != -E ] || shift
  case $1 in
    tee) cat > "$root$2" ;;
    install) cp "$4" "$root$5" ;;
    ln) echo "ln $3 $4" ;;
    *) echo "root: $*" ;;
  esac
}
id() { echo 1000; }
apt-get() { [ "$4" != nosuch ]; }
dpkg() { echo amd64; }
curl() {
  case $4 in *nowhere*) return 22 ;; esac
  case $4 in *binary*) printf '\\0key' > "$6" ;; *) echo '-----BEGIN PGP PUBLIC KEY BLOCK-----' > "$6" ;; esac
}
ssh-keyscan() { [ "$6" = e.org ] && echo "[$6]:$4 ssh-ed25519 AAAA"; }
google-chrome() { echo Chrome; }
"#;

/// What a call of the addons' functions prints in bash on such a system, its status, and the folder of
/// root's files.
fn addon(system: &str, call: &str) -> (String, Option<i32>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for place in ["etc/apt/sources.list.d", "etc/apt/trusted.gpg.d"] {
        fs::create_dir_all(folder.path().join(place)).unwrap();
    }
    let text = format!(
        "{FUNCTIONS}\n{ADDONS}\nroot='{}'\n{STAND_INS}\nHOME=$root\n\
         ci__system() {{ case $1 in ID) echo {system} ;; *) echo 'System 1' ;; esac; }}\n{call}",
        folder.path().display()
    );
    // A name with a hyphen is none in sh.
    let (out, status) = run("bash", &text);
    (out, status, folder)
}

fn read(folder: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_default()
}

#[test]
fn a_source_of_packages_has_its_line_and_its_key() {
    let line = "deb https://e.org/apt stable main";
    let call = format!("ci__apt_source 2 '{line}' https://e.org/key");
    let (out, status, folder) = addon("debian", &call);
    assert_eq!((out.as_str(), status), ("", Some(0)));
    assert_eq!(
        read(&folder, "etc/apt/sources.list.d/ci-2.list"),
        format!("{line}\n")
    );
    assert!(read(&folder, "etc/apt/trusted.gpg.d/ci-2.asc").contains("BEGIN PGP"));
    let (_, _, folder) = addon("debian", &call.replace("e.org/key", "e.org/binary"));
    assert!(
        folder
            .path()
            .join("etc/apt/trusted.gpg.d/ci-2.gpg")
            .exists()
    );

    let (out, status, folder) = addon("debian", &call.replace("e.org/key", "nowhere/key"));
    assert_eq!(status, Some(1));
    assert!(
        out.contains("The key at https://nowhere/key cannot be fetched"),
        "{out}"
    );
    assert_eq!(read(&folder, "etc/apt/sources.list.d/ci-2.list"), "");
}

#[test]
fn an_archive_of_launchpad_is_for_ubuntu_only() {
    let call = "add-apt-repository() { :; }; ci__apt_ppa ppa:a/b";
    let (out, status, _) = addon("ubuntu", call);
    assert_eq!(
        (out.as_str(), status),
        (
            "$ sudo -E add-apt-repository -y ppa:a/b\nroot: add-apt-repository -y ppa:a/b\n",
            Some(0)
        )
    );
    let (out, status, _) = addon("debian", call);
    assert_eq!(status, Some(0));
    assert!(
        out.contains(
            "ppa:a/b holds packages for Ubuntu, and this image is System 1: it is not added."
        ),
        "{out}"
    );
}

#[test]
fn packages_that_can_not_be_had_are_named() {
    let fails = "sudo() { return 100; }; ";
    let (out, status, _) = addon("debian", &format!("{fails}ci__apt_packages good nosuch"));
    assert_eq!(status, Some(100));
    assert!(out.contains("Not to be had in System 1: nosuch"), "{out}");
    let (out, status, _) = addon(
        "debian",
        &format!("{fails}ci__apt_stale=1; ci__apt_packages good"),
    );
    assert_eq!(status, Some(100));
    assert!(
        out.contains("The lists of packages could not be fetched"),
        "{out}"
    );
    assert!(
        out.contains("Each package can be had, and all together not"),
        "{out}"
    );
}

#[test]
fn an_addon_of_apt_wants_apt_and_root() {
    let (out, status, _) = addon("debian", "ci__apt_ready apt");
    assert_eq!((out.as_str(), status), ("", Some(0)));
    let (out, status, _) = addon("debian", "sudo() { return 1; }; ci__apt_ready apt");
    assert_eq!(status, Some(1));
    assert!(out.contains("addons.apt needs root"), "{out}");
    let (out, status, _) = addon("debian", "command() { return 1; }; ci__apt_ready chrome");
    assert_eq!(status, Some(1));
    assert!(
        out.contains("addons.chrome needs apt-get, which this image has not (System 1)"),
        "{out}"
    );
}

#[test]
fn keys_of_hosts_are_kept_for_ssh() {
    let (out, status, folder) = addon("debian", "ci__known_host e.org 6022");
    assert_eq!((out.as_str(), status), ("", Some(0)));
    assert_eq!(
        read(&folder, ".ssh/known_hosts"),
        "[e.org]:6022 ssh-ed25519 AAAA\n"
    );
    let (out, status, _) = addon("debian", "ci__known_host other 22");
    assert_eq!(status, Some(1));
    assert!(out.contains("No key of other can be had"), "{out}");
}

#[test]
fn chrome_is_googles_and_where_it_is_not_to_be_had_debians() {
    let (out, status, folder) = addon("debian", "ci__chrome beta");
    assert_eq!(status, Some(0), "{out}");
    assert!(
        out.contains("install google-chrome-beta\n") && out.contains("Chrome"),
        "{out}"
    );
    let source = read(&folder, "etc/apt/sources.list.d/ci-google-chrome.list");
    assert!(
        source.contains("https://dl.google.com/linux/chrome/deb/ stable main"),
        "{source}"
    );

    let away = "curl() { return 7; }; chromium() { :; }; ";
    let (out, status, _) = addon("debian", &format!("{away}ci__chrome stable"));
    assert_eq!(status, Some(0), "{out}");
    assert!(
        out.contains("the Chromium of Debian stands in for it"),
        "{out}"
    );
    assert!(
        out.contains("install chromium\n") && out.contains("/usr/local/bin/google-chrome"),
        "{out}"
    );
    for (system, channel) in [("debian", "beta"), ("ubuntu", "stable")] {
        let (out, status, _) = addon(system, &format!("{away}ci__chrome {channel}"));
        assert_eq!(status, Some(1));
        assert!(
            out.contains(&format!("Chrome ({channel}) cannot be had here")),
            "{out}"
        );
    }
}

#[test]
fn firefox_is_mozillas_and_where_the_newest_is_not_to_be_had_debians() {
    let asked = "curl() { echo \"GET $4\"; : > \"$6\"; }; firefox() { :; }; ";
    for (version, product) in [
        ("latest", "firefox-latest-ssl"),
        ("latest-esr", "firefox-esr-latest-ssl"),
        ("55.0", "firefox-55.0"),
    ] {
        let (out, status, _) = addon("ubuntu", &format!("{asked}ci__firefox {version}"));
        assert_eq!(status, Some(0), "{out}");
        let address =
            format!("GET https://download.mozilla.org/?product={product}&lang=en-US&os=linux64\n");
        assert!(out.contains(&address), "{out}");
        assert!(
            out.contains(&format!(
                "ln /usr/local/firefox-{version}/firefox /usr/local/bin/firefox"
            )),
            "{out}"
        );
    }
    let away = "curl() { return 7; }; firefox() { :; }; firefox-esr() { :; }; ";
    let (out, status, _) = addon("debian", &format!("{away}ci__firefox latest"));
    assert_eq!(status, Some(0), "{out}");
    assert!(out.contains("install firefox-esr\n"), "{out}");
    for (system, version) in [("debian", "55.0"), ("ubuntu", "latest")] {
        let (out, status, _) = addon(system, &format!("{away}ci__firefox {version}"));
        assert_eq!(status, Some(1));
        assert!(
            out.contains(&format!("Firefox {version} cannot be had here")),
            "{out}"
        );
    }
}
