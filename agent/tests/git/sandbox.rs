//! A repository to try things on, and archives unpacked beside it.

use agent::git::{Mirror, Ref, Want};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Three directories that vanish together: a repository, the agent's data, and a place for trees.
pub(crate) struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// With an empty repository on branch `main`.
    pub(crate) fn new() -> Self {
        let sandbox = Self {
            root: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(sandbox.repo()).unwrap();
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn repo(&self) -> PathBuf {
        self.path("repo")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.repo().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Commits all there is and returns the commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Git in the repository; its output without the last line end.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.repo(), args)
    }

    /// The mirror, with this commit in it.
    pub(crate) fn mirror(&self, sha: &str) -> Mirror {
        let mirror = Mirror::open(&self.data(), "the repository").unwrap();
        assert_eq!(mirror.fetch_from_checkout(&self.repo(), sha).unwrap(), sha);
        mirror
    }

    /// Unpacks an archive as Docker would, and returns where.
    pub(crate) fn unpack(&self, archive: &Path) -> PathBuf {
        let place = self.path("tree");
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir(&place).unwrap();
        let done = Command::new("tar")
            .arg("-xpf")
            .arg(archive)
            .arg("-C")
            .arg(&place)
            .status();
        assert!(done.unwrap().success());
        place
    }

    /// A commit's work tree, made by the agent and unpacked.
    pub(crate) fn materialise(&self, want: &Want) -> PathBuf {
        let mirror = self.mirror(&want.sha);
        let archive = mirror.materialise(want, &self.path("tmp")).unwrap();
        self.unpack(archive.path())
    }
}

/// A wish for a commit of branch `main`, with 50 commits of history.
pub(crate) fn want(sha: &str) -> Want {
    Want {
        sha: sha.to_owned(),
        depth: Some(50),
        reference: Ref::Branch("main".to_owned()),
        origin: "https://example.com/o/r.git".to_owned(),
        git_dir: true,
        files: agent::git::Files::default(),
    }
}

/// Git with settings of its own, so that those of the machine don't matter.
pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(dir)
        .envs([
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "A"),
            ("GIT_AUTHOR_EMAIL", "a@example.com"),
            ("GIT_COMMITTER_NAME", "A"),
            ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ])
        .args(["-c", "protocol.file.allow=always", "-c", "safe.directory=*"])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end_matches('\n')
        .to_owned()
}
