//! One file of a commit: of the user's checkout, or of another repository that they can reach.

use super::GitError;
use super::command::Git;
use std::path::Path;
use std::time::Duration;

/// Longer files are not read.
const LONGEST: usize = 1 << 20;

/// Longest time for another repository's answer.
const REMOTE: Duration = Duration::from_secs(60);

/// A file of the checkout's repository at a branch, tag or commit; one that is only known of the
/// remote `origin` counts, too. `None` where it is not there.
///
/// # Errors
/// When git is missing or refuses the checkout, for a name that is no commit, and for a path that is
/// no file or a long one.
pub fn file_of(checkout: &Path, at: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
    let git = || Git::new("reading a file").checkout(checkout);
    for name in [at.to_owned(), format!("refs/remotes/origin/{at}")] {
        let commit = git().args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        if let Ok(commit) = commit.arg(format!("{name}^{{commit}}")).text() {
            return blob(git, &commit, path);
        }
    }
    Err(GitError::UnknownRevision(at.to_owned()))
}

/// A file of another repository at a branch, tag or commit, else at its default branch, fetched as
/// the user would: with their settings and credentials, asking nothing.
///
/// # Errors
/// When git is missing, the repository can't be fetched from, or the path is no file or a long one.
pub fn file_elsewhere(
    url: &str,
    at: Option<&str>,
    path: &str,
) -> Result<Option<Vec<u8>>, GitError> {
    let folder = tempfile::tempdir().map_err(GitError::io("making", std::env::temp_dir()))?;
    let git = || {
        Git::new("fetching a file")
            .with_the_users_own()
            .protocols("http:https:ssh:file")
            .bare(folder.path())
            .limit(REMOTE)
    };
    git().args(["init", "--quiet", "--bare"]).output()?;
    git().args(["config", "remote.origin.url", url]).output()?;
    let fetch = git().args(["fetch", "--quiet", "--depth=1", "--filter=blob:none"]);
    fetch
        .args(["--end-of-options", "origin", at.unwrap_or("HEAD")])
        .output()?;
    let commit = git().args(["rev-parse", "--verify", "FETCH_HEAD"]).text()?;
    blob(git, &commit, path)
}

fn blob(git: impl Fn() -> Git, commit: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
    let object = format!("{commit}:{path}");
    let known = git().args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    let Ok(object) = known.arg(&object).text() else {
        return Ok(None);
    };
    let refused = |reason: &str| GitError::Failed {
        action: "reading a file",
        reason: reason.to_owned(),
    };
    let asked = |what: &str| git().args(["cat-file", what, &object]).text();
    if asked("-t")? != "blob" {
        return Err(refused("it is not a file"));
    }
    if asked("-s")?
        .parse::<usize>()
        .map_or(true, |size| size > LONGEST)
    {
        return Err(refused("it is longer than 1 MB"));
    }
    git().args(["cat-file", "blob", &object]).output().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with one file on its default branch, and another one on a branch.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| {
            let done = Git::new("making a repository")
                .env("GIT_AUTHOR_NAME", "a")
                .env("GIT_AUTHOR_EMAIL", "a@b")
                .env("GIT_COMMITTER_NAME", "a")
                .env("GIT_COMMITTER_EMAIL", "a@b")
                .checkout(folder.path())
                .args(args);
            done.output().unwrap();
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        std::fs::write(folder.path().join("a.yml"), "a: 1\n").unwrap();
        std::fs::create_dir(folder.path().join("ci")).unwrap();
        std::fs::write(folder.path().join("ci/c.yml"), "c: 1\n").unwrap();
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "one"]);
        git(&["checkout", "--quiet", "-b", "other"]);
        std::fs::write(folder.path().join("b.yml"), "b: 1\n").unwrap();
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "two"]);
        git(&["checkout", "--quiet", "main"]);
        folder
    }

    #[test]
    fn a_file_of_a_branch_of_the_checkout_is_read() {
        let repository = repository();
        let read = |at, path| file_of(repository.path(), at, path);
        assert_eq!(read("other", "b.yml").unwrap().unwrap(), b"b: 1\n");
        assert_eq!(read("main", "b.yml").unwrap(), None);
        assert!(matches!(
            read("--output=x", "b.yml"),
            Err(GitError::UnknownRevision(_))
        ));
    }

    #[test]
    fn a_file_of_another_repository_is_fetched() {
        let repository = repository();
        let url = format!("file://{}", repository.path().display());
        let read = |at, path| file_elsewhere(&url, at, path);
        assert_eq!(read(None, "a.yml").unwrap().unwrap(), b"a: 1\n");
        assert_eq!(read(Some("other"), "b.yml").unwrap().unwrap(), b"b: 1\n");
        assert_eq!(read(None, "b.yml").unwrap(), None);
        let said = read(None, "ci").unwrap_err().to_string();
        assert_eq!(said, "reading a file: it is not a file");
        assert!(read(Some("nowhere"), "a.yml").is_err());
    }
}
