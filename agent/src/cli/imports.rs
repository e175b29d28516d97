//! What a config imports, for commands that stand in a checkout: files of the same commit come from
//! the work tree as it lies, others by the user's own git.

use super::checkout::Checkout;
use crate::git::{self, GitError};
use schema::import::Reference;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Files are read up to here; the language itself allows less and says so with a place.
const READ_LIMIT: u64 = 1 << 20;

/// The text of an imported config, or why there is none.
pub(super) fn fetch(checkout: &Checkout, reference: &Reference) -> Result<String, String> {
    let bytes = match (&reference.repo, &reference.at) {
        (None, None) => lying(checkout.top(), &reference.path)?,
        (None, Some(at)) => {
            let file = git::file_of(checkout.top(), at, &reference.path);
            found(file, reference, "this checkout")?
        }
        (Some(repo), at) => {
            let url = elsewhere(checkout.origin_url(), repo);
            let file = git::file_elsewhere(&url, at.as_deref(), &reference.path);
            found(file, reference, &git::public_url(&url))?
        }
    };
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("the byte at offset {at} is not UTF-8; save the file as UTF-8")
    })
}

/// The bytes, or why there are none; of what git says the first line, which tells the most.
fn found(
    file: Result<Option<Vec<u8>>, GitError>,
    reference: &Reference,
    place: &str,
) -> Result<Vec<u8>, String> {
    match file {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => {
            let at = reference.at.as_deref().unwrap_or("the default branch");
            Err(format!("{place} has no file {} at {at}", reference.path))
        }
        Err(GitError::Failed { reason, .. }) => {
            let first = reason.lines().next().unwrap_or_default();
            let said = first.strip_prefix("fatal: ").unwrap_or(first);
            Err(format!("git cannot have it from {place}: {said}"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A file of the work tree; links that lead out of it are not followed.
fn lying(top: &Path, path: &str) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file in this checkout".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let top = top.canonicalize().map_err(unreadable)?;
    let file = top.join(path).canonicalize().map_err(unreadable)?;
    if !file.starts_with(&top) {
        return Err("it is a link that leads out of the checkout".to_owned());
    }
    let file = File::open(file).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let read = file.take(READ_LIMIT).read_to_end(&mut bytes);
    read.map_err(unreadable)?;
    Ok(bytes)
}

/// The address of another repository of the host that this checkout came from; GitHub for one that
/// came from nowhere.
fn elsewhere(origin: Option<&str>, repo: &str) -> String {
    let near = origin.and_then(|origin| {
        let origin = origin.trim_end_matches('/');
        let (ending, bare) = match origin.strip_suffix(".git") {
            Some(bare) => (".git", bare),
            None => ("", origin),
        };
        let (owner, _) = bare.rsplit_once('/')?;
        let at = owner.rfind(['/', ':'])? + 1;
        Some(format!("{}{repo}{ending}", owner.get(..at)?))
    });
    near.unwrap_or_else(|| format!("https://github.com/{repo}.git"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_repository_is_asked_for_as_the_checkouts_own_was() {
        let at = |origin| elsewhere(origin, "o/r");
        assert_eq!(
            at(Some("git@github.com:acme/widget.git")),
            "git@github.com:o/r.git"
        );
        assert_eq!(
            at(Some("https://git.example.org:8443/acme/widget")),
            "https://git.example.org:8443/o/r"
        );
        assert_eq!(at(Some("/srv/git/acme/widget.git")), "/srv/git/o/r.git");
        assert_eq!(at(None), "https://github.com/o/r.git");
    }

    #[test]
    fn a_link_out_of_the_checkout_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        std::fs::create_dir(&top).unwrap();
        std::fs::write(folder.path().join("secret"), "x: 1").unwrap();
        std::os::unix::fs::symlink("../secret", top.join("ci.yml")).unwrap();
        assert_eq!(
            lying(&top, "ci.yml").unwrap_err(),
            "it is a link that leads out of the checkout"
        );
        assert_eq!(
            lying(&top, "none.yml").unwrap_err(),
            "there is no such file in this checkout"
        );
        std::fs::write(top.join("a.yml"), "a: 1").unwrap();
        assert_eq!(lying(&top, "a.yml").unwrap(), b"a: 1");
    }
}
