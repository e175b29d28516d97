//! The commits that a clone of limited depth would hold.

use super::GitError;
use super::command::{Git, failure};
use super::index::oid;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Child;

/// Questions written before answers are read: small enough for any pipe to take them whole.
const BATCH: usize = 64;

/// The commits from one downwards.
#[derive(Debug, Default)]
pub(super) struct History {
    /// All of them, as hexadecimal names.
    pub(super) commits: HashSet<String>,
    /// Those whose parents are left out.
    pub(super) shallow: Vec<String>,
}

/// Walks from `sha` through at most `depth` generations, or all there are.
///
/// A parent that the mirror does not have, because its source is shallow itself, ends the walk
/// like the depth does.
pub(super) fn walk(mirror: &Path, sha: &str, depth: Option<u32>) -> Result<History, GitError> {
    let mut objects = Objects::open(mirror)?;
    let mut history = History::default();
    history.commits.insert(sha.to_owned());
    let mut level = vec![(
        sha.to_owned(),
        objects.parents(&[sha.to_owned()])?.pop().flatten(),
    )];
    let mut generation = 1;
    while !level.is_empty() {
        let last = depth == Some(generation);
        let mut seen = HashSet::new();
        let wanted: Vec<String> = level
            .iter()
            .filter(|_| !last)
            .flat_map(|(_, parents)| parents.iter().flatten())
            .filter(|parent| !history.commits.contains(*parent) && seen.insert(*parent))
            .cloned()
            .collect();
        let answers = objects.parents(&wanted)?;
        let missing: HashSet<&String> = wanted
            .iter()
            .zip(&answers)
            .filter_map(|(commit, parents)| parents.is_none().then_some(commit))
            .collect();
        for (commit, parents) in level {
            let parents = parents.unwrap_or_default();
            let unseen = |parent: &String| last && !history.commits.contains(parent);
            if parents
                .iter()
                .any(|parent| missing.contains(parent) || unseen(parent))
            {
                history.shallow.push(commit);
            }
        }
        level = wanted
            .iter()
            .cloned()
            .zip(answers)
            .filter(|(_, parents)| parents.is_some())
            .collect();
        history
            .commits
            .extend(level.iter().map(|(commit, _)| commit.clone()));
        generation = generation.saturating_add(1);
    }
    Ok(history)
}

/// A running `git cat-file --batch`.
struct Objects {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Objects {
    fn open(mirror: &Path) -> Result<Self, GitError> {
        let mut child = Git::new(READING)
            .bare(mirror)
            .args(["cat-file", "--batch"])
            .spawn()?;
        match child.stdout.take() {
            Some(out) => Ok(Self {
                child,
                answers: BufReader::new(out),
            }),
            None => Err(failure(READING, None, "")),
        }
    }

    /// The parents of each commit; `None` for one that is not there.
    fn parents(&mut self, commits: &[String]) -> Result<Vec<Option<Vec<String>>>, GitError> {
        let mut all = Vec::with_capacity(commits.len());
        for batch in commits.chunks(BATCH) {
            let question: String = batch.iter().map(|commit| format!("{commit}\n")).collect();
            let asked = self
                .child
                .stdin
                .as_mut()
                .map(|pipe| pipe.write_all(question.as_bytes()));
            if !matches!(asked, Some(Ok(()))) {
                return Err(failure(READING, None, "git went away"));
            }
            for _ in batch {
                let answer = self
                    .answer()
                    .map_err(|e| failure(READING, None, &e.to_string()))?;
                all.push(answer);
            }
        }
        Ok(all)
    }

    fn answer(&mut self) -> std::io::Result<Option<Vec<String>>> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        // `<oid> <type> <size>` or `<oid> missing`.
        let Some(size) = line
            .split(' ')
            .nth(2)
            .and_then(|size| size.trim().parse::<u64>().ok())
        else {
            return Ok(None);
        };
        let mut body = Vec::new();
        (&mut self.answers).take(size + 1).read_to_end(&mut body)?;
        Ok(Some(parents(&body)))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const READING: &str = "reading the history";

/// The parents that a raw commit names; they stand between its tree and its author.
fn parents(commit: &[u8]) -> Vec<String> {
    commit
        .split(|byte| *byte == b'\n')
        .skip(1)
        .map_while(|line| line.strip_prefix(b"parent "))
        .filter_map(|name| std::str::from_utf8(name).ok())
        .filter(|name| oid(name).is_some())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_header_of_a_commit_names_parents() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let raw = format!("tree x\nparent {a}\nparent {b}\nauthor n\n\nparent {a}\n");
        assert_eq!(parents(raw.as_bytes()), [a, b]);
        assert!(parents(b"tree x\nauthor y\n\nparent z").is_empty());
    }
}
