//! The default branch, as far as a checkout knows it.

use super::command::Git;
use std::path::Path;

/// The branch that `origin/HEAD` names; else `main` or `master`, whichever there is.
#[must_use]
pub fn default_branch(checkout: &Path) -> Option<String> {
    let named = Git::new("reading the default branch")
        .checkout(checkout)
        .args([
            "symbolic-ref",
            "--quiet",
            "--short",
            "refs/remotes/origin/HEAD",
        ])
        .text()
        .ok();
    if let Some(branch) = named
        .as_deref()
        .and_then(|name| name.strip_prefix("origin/"))
    {
        return Some(branch.to_owned());
    }
    ["main", "master"]
        .into_iter()
        .find(|name| {
            Git::new("looking for a branch")
                .checkout(checkout)
                .args(["show-ref", "--verify", "--quiet"])
                .arg(format!("refs/heads/{name}"))
                .succeeds()
                .unwrap_or(false)
        })
        .map(str::to_owned)
}
