//! Which checkout a folder is in, and which repository it came from.

use super::git;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// git is not installed.
    #[error("git is not installed")]
    Missing,
    /// It could not be started.
    #[error("git cannot be started: {0}")]
    Start(#[source] std::io::Error),
    /// It refuses the checkout, e.g. because it belongs to another user.
    #[error("git refuses this checkout: {0}")]
    Refused(String),
}

/// The repository that a remote's address names. Names and passwords in the address are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The host in lower case, with its port where one is given for HTTP.
    pub host: String,
    /// `owner/repo`.
    pub slug: String,
}

/// The top folder of the checkout that a folder is in; `None` outside of any.
///
/// # Errors
/// When git is missing or refuses the checkout.
pub fn toplevel(folder: &Path) -> Result<Option<PathBuf>, GitError> {
    let answer = ask(folder, &["rev-parse", "--show-toplevel"])?;
    Ok(answer.map(PathBuf::from))
}

/// The repository of the remote `origin`; `None` when there is none, or its address is a path or
/// has no owner and name.
///
/// # Errors
/// As [`toplevel`].
pub fn origin(folder: &Path) -> Result<Option<Origin>, GitError> {
    let answer = ask(folder, &["config", "--get", "remote.origin.url"])?;
    Ok(answer.as_deref().and_then(parse))
}

fn ask(folder: &Path, arguments: &[&str]) -> Result<Option<String>, GitError> {
    let output = git()
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => GitError::Missing,
            _ => GitError::Start(error),
        })?;
    let talk = String::from_utf8_lossy(&output.stderr);
    if talk.contains("dubious ownership") {
        let first = talk.lines().next().unwrap_or_default();
        return Err(GitError::Refused(
            first.trim_start_matches("fatal: ").to_owned(),
        ));
    }
    let answer = String::from_utf8_lossy(&output.stdout)
        .trim_end_matches('\n')
        .to_owned();
    Ok(Some(answer).filter(|answer| output.status.success() && !answer.is_empty()))
}

/// Reads `https://host/owner/repo.git`, `ssh://git@host:22/owner/repo` and `git@host:owner/repo`.
fn parse(address: &str) -> Option<Origin> {
    let address = address.trim();
    let (host, path) = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/')?;
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            let web = matches!(scheme, "http" | "https");
            let bare = host.split_once(':').map_or(host, |(host, _)| host);
            (if web { host } else { bare }, path)
        }
        None => {
            let (host, path) = address.split_once(':')?;
            (host.rsplit_once('@').map_or(host, |(_, host)| host), path)
        }
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let mut words = path.split('/');
    let (Some(owner), Some(name), None) = (words.next(), words.next(), words.next()) else {
        return None;
    };
    let whole = !host.is_empty() && !host.contains('/') && !owner.is_empty() && !name.is_empty();
    whole.then(|| Origin {
        host: host.to_ascii_lowercase(),
        slug: format!("{owner}/{name}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_address_is_read_and_credentials_are_dropped() {
        for address in [
            "https://github.com/owner/repo.git",
            "https://github.com/owner/repo/",
            "https://me:token@GitHub.com/owner/repo",
            "git@github.com:owner/repo.git",
            "github.com:owner/repo",
            "ssh://git@github.com:22/owner/repo.git",
            "git://github.com/owner/repo",
        ] {
            let origin = parse(address).unwrap();
            assert_eq!(
                (origin.host.as_str(), origin.slug.as_str()),
                ("github.com", "owner/repo")
            );
        }
        assert_eq!(
            parse("http://localhost:3000/o/r").unwrap().host,
            "localhost:3000"
        );
    }

    #[test]
    fn paths_and_other_shapes_name_no_repository() {
        for address in [
            "/srv/git/repo.git",
            "../repo",
            "file:///srv/o/r",
            "",
            "https://host/repo",
            "./a:b/c",
            "https://h/a/b/c",
        ] {
            assert_eq!(parse(address), None, "{address}");
        }
    }

    #[test]
    fn a_folder_outside_of_any_checkout_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(toplevel(folder.path()).unwrap().is_none());
        assert!(origin(folder.path()).unwrap().is_none());
    }
}
