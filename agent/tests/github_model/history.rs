//! Commits and differences, read from git.

use super::git::Git;

/// One commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    /// Name and address.
    pub(crate) author: (String, String),
    pub(crate) committer: (String, String),
    /// Time of the commit, with its zone.
    pub(crate) time: String,
    pub(crate) message: String,
    pub(crate) files: Vec<Changed>,
}

/// A file that differs.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    /// Git's letter: `A`, `D`, `M`, `T`.
    pub(crate) letter: char,
    pub(crate) path: String,
}

impl Changed {
    /// GitHub's word for it.
    pub(crate) fn status(&self) -> &'static str {
        match self.letter {
            'A' => "added",
            'D' => "removed",
            _ => "modified",
        }
    }
}

impl Commit {
    pub(crate) fn paths(&self, status: &str) -> Vec<&str> {
        self.files
            .iter()
            .filter(|file| file.status() == status)
            .map(|file| file.path.as_str())
            .collect()
    }
}

/// Between the fields of a commit, before each commit, and after its fields.
const FORMAT: &str = "--format=%x01%H%x02%T%x02%P%x02%an%x02%ae%x02%cn%x02%ce%x02%cI%x02%B%x02";

impl Git {
    /// The commits of a range, newest first, each with what it changed against its first parent.
    pub(crate) fn log(&self, range: &[&str], most: usize) -> Vec<Commit> {
        let most = format!("--max-count={most}");
        let mut args = vec!["-c", "core.quotePath=false", "log", FORMAT, &most];
        args.extend(["--name-status", "--no-renames", "-m", "--first-parent"]);
        args.extend(range);
        args.push("--");
        self.must(&args)
            .split('\u{1}')
            .skip(1)
            .map(commit)
            .collect()
    }

    pub(crate) fn one(&self, sha: &str) -> Commit {
        self.log(&[sha], 1).pop().unwrap_or_default()
    }

    /// What differs between where two commits parted and the second one.
    pub(crate) fn changed(&self, base: &str, head: &str) -> Vec<Changed> {
        let range = format!("{base}...{head}");
        let args = [
            "-c",
            "core.quotePath=false",
            "diff",
            "--name-status",
            "--no-renames",
            &range,
            "--",
        ];
        files(&self.must(&args))
    }

    pub(crate) fn count(&self, range: &str) -> usize {
        self.must(&["rev-list", "--count", range])
            .parse()
            .unwrap_or(0)
    }
}

fn commit(text: &str) -> Commit {
    let mut fields = text.split('\u{2}').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    Commit {
        sha: next(),
        tree: next(),
        parents: next().split_whitespace().map(str::to_owned).collect(),
        author: (next(), next()),
        committer: (next(), next()),
        time: next(),
        message: next().trim_end().to_owned(),
        files: files(&next()),
    }
}

fn files(text: &str) -> Vec<Changed> {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(letter, path)| Changed {
            letter: letter.chars().next().unwrap_or('M'),
            path: path.to_owned(),
        })
        .collect()
}
