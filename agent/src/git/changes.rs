//! Which paths of a checkout differ from what a build of it would be compared with.

use super::GitError;
use super::checkout::commit;
use super::command::Git;
use std::path::Path;

/// What a checkout is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against<'a> {
    /// What `origin` has of this branch, as a push to it would be.
    Pushed(&'a str),
    /// Where the commit left this branch of `origin`, as a pull request to it would be.
    Parted(&'a str),
}

/// Paths that differ, relative to the checkout's top; or, in words, why that is not known. With `lies`
/// the work tree as it lies is compared, else the commit.
///
/// # Errors
/// Git cannot read the checkout.
pub fn changes(
    checkout: &Path,
    against: Against<'_>,
    lies: bool,
) -> Result<Result<Vec<String>, String>, GitError> {
    let (Against::Pushed(branch) | Against::Parted(branch)) = against;
    let tracking = format!("refs/remotes/origin/{branch}");
    let Ok(there) = commit(checkout, &tracking) else {
        return Ok(Err(match against {
            Against::Pushed(_) => format!("this is the first push of {branch}"),
            Against::Parted(_) => format!("this checkout has no branch {branch} of origin"),
        }));
    };
    let head = commit(checkout, "HEAD")?;
    let base = match against {
        Against::Pushed(_) => {
            let follows = Git::new("comparing commits")
                .checkout(checkout)
                .args(["merge-base", "--is-ancestor", &there, &head])
                .succeeds()?;
            if !follows {
                return Ok(Err(format!("it does not follow on {branch} of origin")));
            }
            there
        }
        Against::Parted(_) => {
            let parted = Git::new("comparing commits")
                .checkout(checkout)
                .args(["merge-base", &there, &head])
                .text();
            match parted {
                Ok(parted) => parted,
                Err(_) => return Ok(Err(format!("it has nothing in common with {branch}"))),
            }
        }
    };
    let git = Git::new("looking for changes").checkout(checkout);
    let listing = if lies {
        // A file that was only touched is named, too: then something runs that need not.
        git.args(["diff-index", "-z", "--name-only", "--no-renames"])
            .args(["--ignore-submodules=dirty", &base, "--"])
            .output()?
    } else {
        git.args(["diff-tree", "-r", "-z", "--name-only", "--no-renames"])
            .args([&base, &head, "--"])
            .output()?
    };
    let mut paths = names(&listing);
    if lies {
        let untracked = Git::new("looking for new files")
            .checkout(checkout)
            .args(["ls-files", "-z", "--others", "--exclude-standard", "--"])
            .output()?;
        paths.extend(names(&untracked));
    }
    Ok(Ok(paths))
}

fn names(listing: &[u8]) -> Vec<String> {
    let names = listing.split(|byte| *byte == 0);
    names
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}
