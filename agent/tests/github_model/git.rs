//! Real git on a bare repository.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What `before` and `after` of a push say where there is no commit.
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A bare repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    dir: PathBuf,
}

/// A file of a commit: a path and what is in it, or nothing to delete it.
pub(crate) type Edit<'a> = (&'a str, Option<&'a [u8]>);

impl Git {
    /// Makes one. Whoever knows a sha may fetch it, as on GitHub.
    pub(crate) fn create(dir: &Path) -> Self {
        let git = Self {
            dir: dir.to_owned(),
        };
        let path = dir.display().to_string();
        run(
            Command::new("git").args(["init", "--quiet", "--bare", "--initial-branch=main", &path]),
            b"",
        )
        .unwrap_or_else(|error| panic!("git init: {error}"));
        for (key, value) in [
            ("uploadpack.allowAnySHA1InWant", "true"),
            ("uploadpack.allowFilter", "true"),
            ("http.receivepack", "true"),
            ("receive.hideRefs", "refs/pull"),
            ("gc.auto", "0"),
        ] {
            git.must(&["config", key, value]);
        }
        git
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The output, without the last line end; or what git complained about.
    pub(crate) fn try_run(&self, args: &[&str]) -> Result<String, String> {
        let bytes = self.try_bytes(args)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// The output as it is.
    pub(crate) fn try_bytes(&self, args: &[&str]) -> Result<Vec<u8>, String> {
        run(
            Command::new("git")
                .arg("--git-dir")
                .arg(&self.dir)
                .args(args),
            b"",
        )
    }

    /// The same for what cannot fail.
    ///
    /// # Panics
    /// With git's words, if it does.
    pub(crate) fn must(&self, args: &[&str]) -> String {
        self.try_run(args)
            .unwrap_or_else(|error| panic!("git {args:?}: {error}"))
    }

    /// Every ref with the object it points to.
    pub(crate) fn refs(&self) -> Vec<(String, String)> {
        self.must(&["for-each-ref", "--format=%(refname) %(objectname)"])
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(name, sha)| (name.to_owned(), sha.to_owned()))
            .collect()
    }

    pub(crate) fn sha(&self, reference: &str) -> Option<String> {
        let commit = format!("{reference}^{{commit}}");
        self.try_run(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])
        .ok()
    }

    /// The commit that a caller of the API means by a branch, a tag, a ref or a sha.
    pub(crate) fn resolve(&self, text: &str) -> Option<String> {
        if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.sha(text);
        }
        ["refs/heads/", "refs/tags/", "refs/", ""]
            .iter()
            .map(|prefix| format!("{prefix}{text}"))
            .filter(|name| name.starts_with("refs/"))
            .find_map(|name| self.sha(&name))
    }

    pub(crate) fn set(&self, reference: &str, sha: &str) {
        self.must(&["update-ref", reference, sha]);
    }

    pub(crate) fn delete(&self, reference: &str) {
        self.must(&["update-ref", "-d", reference]);
    }

    /// A commit on `branch`, which starts at `from` when it is new. With `whole` the tree holds
    /// nothing but the files. Files that start with `#!` are executable.
    pub(crate) fn commit(
        &self,
        branch: &str,
        from: Option<&str>,
        files: &[Edit<'_>],
        whole: bool,
        (author, message): (&str, &str),
    ) -> String {
        let seconds = jiff::Timestamp::now().as_second();
        let mut stream = format!(
            "commit refs/heads/{branch}\ncommitter {author} <{author}@example.com> {seconds} +0000\n\
             data {}\n{message}\n",
            message.len()
        )
        .into_bytes();
        if let Some(from) = from {
            stream.extend(format!("from {from}\n").bytes());
        }
        if whole {
            stream.extend(b"deleteall\n");
        }
        for (path, content) in files {
            let path = quoted(path);
            let Some(content) = content else {
                stream.extend(format!("D {path}\n").bytes());
                continue;
            };
            let mode = if content.starts_with(b"#!") {
                "100755"
            } else {
                "100644"
            };
            stream.extend(format!("M {mode} inline {path}\ndata {}\n", content.len()).bytes());
            stream.extend(*content);
            stream.push(b'\n');
        }
        let mut import = Command::new("git");
        import.arg("--git-dir").arg(&self.dir).args([
            "fast-import",
            "--quiet",
            "--force",
            "--date-format=raw",
        ]);
        run(&mut import, &stream).unwrap_or_else(|error| panic!("a commit: {error}"));
        self.must(&["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// The merge of two commits without a ref, or nothing when they conflict.
    pub(crate) fn merge(&self, base: &str, head: &str, message: &str) -> Option<String> {
        let tree = self
            .try_run(&["merge-tree", "--write-tree", base, head])
            .ok()?;
        Some(self.must(&["commit-tree", &tree, "-p", base, "-p", head, "-m", message]))
    }

    pub(crate) fn is_ancestor(&self, old: &str, new: &str) -> bool {
        self.try_run(&["merge-base", "--is-ancestor", old, new])
            .is_ok()
    }

    /// Takes the branches and tags of another repository.
    pub(crate) fn copy_branches(&self, other: &Self) {
        let from = other.dir.display().to_string();
        self.must(&[
            "fetch",
            "--quiet",
            &from,
            "+refs/heads/*:refs/heads/*",
            "+refs/tags/*:refs/tags/*",
        ]);
    }

    /// Takes one commit of another repository as `reference`.
    pub(crate) fn take(&self, other: &Self, sha: &str, reference: &str) {
        let from = other.dir.display().to_string();
        self.must(&["fetch", "--quiet", &from, &format!("+{sha}:{reference}")]);
    }
}

/// A path as fast-import reads it, with any byte in it.
fn quoted(path: &str) -> String {
    let mut out = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' | 0..=31 | 127.. => {
                let _ = write!(out, "\\{byte:03o}");
            }
            byte => out.push(byte as char),
        }
    }
    out.push('"');
    out
}

/// Runs git apart from the user's own settings.
fn run(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = neutral(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
    .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// No settings of the machine, no questions, one author.
pub(crate) fn neutral(command: &mut Command) -> &mut Command {
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_AUTHOR_NAME", "GitHub")
        .env("GIT_AUTHOR_EMAIL", "noreply@github.com")
        .env("GIT_COMMITTER_NAME", "GitHub")
        .env("GIT_COMMITTER_EMAIL", "noreply@github.com")
}
