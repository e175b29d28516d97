//! Which checkout a folder is in, and which repository it came from.

use super::GitError;
use super::command::Git;
use std::path::{Path, PathBuf};

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
    Ok(origin_url(folder)?.as_deref().and_then(parse))
}

/// The address of the remote `origin`, as configured; it may hold credentials.
///
/// # Errors
/// As [`toplevel`].
pub fn origin_url(folder: &Path) -> Result<Option<String>, GitError> {
    ask(folder, &["config", "--get", "remote.origin.url"])
}

fn ask(folder: &Path, arguments: &[&str]) -> Result<Option<String>, GitError> {
    let answer = Git::new("reading the checkout")
        .checkout(folder)
        .args(arguments)
        .text();
    match answer {
        Ok(answer) => Ok(Some(answer).filter(|answer| !answer.is_empty())),
        Err(GitError::Failed { reason, .. }) if reason.contains("dubious ownership") => {
            Err(GitError::ForeignOwner(folder.to_owned()))
        }
        // Outside of a checkout, or nothing configured.
        Err(GitError::Failed { .. }) => Ok(None),
        Err(error) => Err(error),
    }
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
