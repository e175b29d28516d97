//! The command line as a user meets it: what it prints where, and how it ends.

mod completions;
mod help;
mod imports;
mod json_schema;
mod man;
mod migrate;
mod plan;
mod repeat;
mod run;
mod settings;
mod validate;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of `acme/widget` on branch master, and all that was said in it.
struct Desk {
    folder: tempfile::TempDir,
    transcript: String,
}

impl Desk {
    /// A folder without a checkout.
    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("widget")).unwrap();
        Self {
            folder,
            transcript: String::new(),
        }
    }

    /// A checkout without a commit.
    fn empty() -> Self {
        let desk = Self::bare();
        desk.git(&["-c", "init.defaultBranch=master", "init", "-q"]);
        let origin = "https://github.com/acme/widget.git";
        desk.git(&["remote", "add", "origin", origin]);
        desk
    }

    /// A checkout whose one commit holds this `.ci.yml`.
    fn with(config: &str) -> Self {
        let desk = Self::empty();
        desk.write(".ci.yml", config.as_bytes());
        desk.commit();
        desk
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "-m", "Keep widgets"]);
    }

    fn checkout(&self) -> PathBuf {
        self.folder.path().join("widget")
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.checkout().join(name), bytes).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.checkout()).args(arguments);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Ada")
                .env(format!("GIT_{who}_EMAIL"), "ada@example.com")
                .env(format!("GIT_{who}_DATE"), "2020-01-02T03:04:05Z");
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(git.output().unwrap().status.success(), "{arguments:?}");
    }

    /// Runs the agent and adds what it says to the transcript.
    fn agent(&mut self, arguments: &[&str]) -> Said {
        self.agent_with(&[], arguments)
    }

    /// The same with more variables in its environment.
    fn agent_with(&mut self, env: &[(&str, &str)], arguments: &[&str]) -> Said {
        self.run(".", env, arguments)
    }

    /// The same in a folder of the checkout.
    fn agent_in(&mut self, folder: &str, arguments: &[&str]) -> Said {
        self.run(folder, &[], arguments)
    }

    fn run(&mut self, folder: &str, env: &[(&str, &str)], arguments: &[&str]) -> Said {
        let mut command = assert_cmd::Command::cargo_bin("agent").unwrap();
        // Nothing of the developer's own machine may show.
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CEILING_DIRECTORIES", self.folder.path())
            .env("AGENT_DATA", self.folder.path().join("data"))
            .env("AGENT_TOOLBOX", self.folder.path().join("no-toolbox"))
            .env("DOCKER_HOST", "unix:///no/engine.sock")
            .env("COLUMNS", "100")
            .current_dir(self.checkout().join(folder))
            .envs(env.iter().copied())
            .args(arguments);
        let output = command.output().unwrap();
        let said = Said {
            out: self.neutral(&output.stdout),
            err: self.neutral(&output.stderr),
            exit: output.status.code().unwrap(),
        };
        let set: String = env.iter().map(|(k, v)| format!("{k}={v} ")).collect();
        writeln!(self.transcript, "$ {set}agent {}", arguments.join(" ")).unwrap();
        for (stream, text) in [("out", &said.out), ("err", &said.err)] {
            for line in text.lines() {
                writeln!(self.transcript, "{stream}: {line}").unwrap();
            }
        }
        writeln!(self.transcript, "exit {}\n", said.exit).unwrap();
        said
    }

    /// Text without what differs from one temporary folder to the next.
    fn neutral(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let real = self.folder.path().canonicalize().unwrap();
        let mut text = text.replace(&*real.to_string_lossy(), "[DIR]");
        text = text.replace(&*self.folder.path().to_string_lossy(), "[DIR]");
        text
    }
}

/// What one command said, and how it ended.
struct Said {
    out: String,
    err: String,
    exit: i32,
}

/// The workspace's top folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
