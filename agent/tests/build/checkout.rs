//! A repository to stand in: a copy of a fixture, or one config.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of `example/<name>` on branch master with one commit.
pub(crate) struct Checkout {
    path: PathBuf,
}

impl Checkout {
    pub(crate) fn new(path: PathBuf, name: &str) -> Self {
        std::fs::create_dir_all(&path).unwrap();
        let checkout = Self { path };
        checkout.git(&["-c", "init.defaultBranch=master", "init", "-q"]);
        let url = format!("https://github.com/example/{name}");
        checkout.git(&["remote", "add", "origin", &url]);
        checkout
    }

    /// A fixture's files.
    pub(crate) fn fixture(path: PathBuf, name: &str) -> Self {
        Self::copy(path, &root().join("fixtures").join(name), name)
    }

    /// The files of a folder.
    pub(crate) fn copy(path: PathBuf, from: &Path, name: &str) -> Self {
        let copied = Command::new("cp").arg("-R").arg(from).arg(&path).status();
        assert!(copied.unwrap().success());
        Self::new(path, name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path.join(name), text).unwrap();
    }

    /// Changes one file.
    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.path.join(name)).unwrap();
        self.write(name, &change(text));
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        let author = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
        let commit = ["commit", "-q", "-m", "A change"];
        self.git(&[&author[..], &commit[..]].concat());
    }

    pub(crate) fn short_sha(&self) -> String {
        self.git(&["rev-parse", "--short", "HEAD"])
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args(args)
            .output();
        let output = output.unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {error}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// The top of this workspace.
pub(crate) fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap().to_owned()
}
