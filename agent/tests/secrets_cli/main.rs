//! `agent keys` and `agent encrypt` as a user meets them: what they print, write and refuse.

mod encrypt;
mod keys;
mod quiet;

use fancy_regex::Regex;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of `owner/repo` with a data folder of its own, and all that was said in it.
struct Desk {
    folder: tempfile::TempDir,
    transcript: String,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        std::fs::create_dir(&checkout).unwrap();
        let git = |arguments: &[&str]| {
            let git = Command::new("git")
                .arg("-C")
                .arg(&checkout)
                .args(arguments)
                .output();
            assert!(git.unwrap().status.success());
        };
        git(&["init", "-q"]);
        git(&["remote", "add", "origin", "git@github.com:owner/repo.git"]);
        Self {
            folder,
            transcript: String::new(),
        }
    }

    /// A desk whose repository has its key, with a config.
    fn with_key(config: &str) -> Self {
        let mut desk = Self::new();
        desk.write(".ci.yml", config);
        desk.run(&["keys", "generate", "--repo-id", "12"]);
        desk.transcript.clear();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("checkout").join(name)
    }

    fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self) -> assert_cmd::Command {
        let mut command = assert_cmd::Command::cargo_bin("agent").unwrap();
        command
            .current_dir(self.folder.path().join("checkout"))
            .env("AGENT_DATA", self.data(""))
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .env_remove("AGENT_MASTER_KEY")
            .env_remove("CREDENTIALS_DIRECTORY");
        command
    }

    fn run(&mut self, arguments: &[&str]) -> String {
        self.run_with("", &[], arguments)
    }

    /// Runs the agent, adds it to the transcript, and gives back its stdout.
    fn run_with(&mut self, stdin: &str, env: &[(&str, &str)], arguments: &[&str]) -> String {
        let mut command = self.command();
        command
            .args(arguments)
            .write_stdin(stdin)
            .envs(env.iter().copied());
        let output = command.output().unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let code = output.status.code().unwrap();
        let pipe = if stdin.is_empty() {
            String::new()
        } else {
            format!("printf {stdin:?} | ")
        };
        writeln!(self.transcript, "$ {pipe}agent {}", arguments.join(" ")).unwrap();
        for (stream, content) in [("out", &out), ("err", &err)] {
            for line in content.lines() {
                writeln!(self.transcript, "{stream}: {line}").unwrap();
            }
        }
        writeln!(self.transcript, "exit {code}\n").unwrap();
        out
    }

    /// The transcript with all that differs from run to run replaced.
    fn transcript(&self) -> String {
        let mut text = self
            .transcript
            .replace(&*self.folder.path().to_string_lossy(), "[DIR]");
        for (pattern, stands_for) in [
            (r"sec1\.[0-9a-f]{16}\.[\w-]+", "[SEALED]"),
            (r"(?<![\w-])[\w-]{43}(?= #)", "[PUBLIC]"),
            (r"\b(?!0{16})[0-9a-f]{16}\b", "[KID]"),
            (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "[TIME]"),
            (r"\d{4}-\d\d-\d\d", "[DATE]"),
        ] {
            let pattern = Regex::new(pattern).unwrap();
            text = pattern.replace_all(&text, stands_for).into_owned();
        }
        text
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// All files below a folder, with their bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}
