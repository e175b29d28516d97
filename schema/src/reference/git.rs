//! `git:`: how the repository is fetched.

use super::job::Extras;
use super::types::{Key, Type, any, flag, key, map, number, one_of, text};

/// `git:`
pub(super) fn git(extras: Extras) -> Type {
    let mut keys = keys();
    if extras == Extras::With {
        let doc = "Whether files are put there at all; `false` leaves the job an empty folder.";
        keys.push(key(UNLISTED, flag(), doc));
    }
    map(keys)
}

/// A key that Travis CI's documentation has and its schema has not: it works in any config.
const UNLISTED: &str = "clone";

/// Whether a key of the maps at a path, as messages name it, is known though no table lists it.
pub fn is_unlisted(path: &str, key: &str) -> bool {
    key == UNLISTED && (path == "git" || path.ends_with(".git"))
}

fn keys() -> Vec<Key> {
    vec![
        key(
            "strategy",
            one_of(&["clone", "tarball"]),
            "Clone, or unpack an archive.",
        ),
        key(
            "depth",
            any(vec![number(), flag()]),
            "Commits to fetch; `false` is the whole history.",
        ),
        key("quiet", flag(), "Whether git says little."),
        key("submodules", flag(), "Whether submodules are fetched."),
        key("symlinks", flag(), "git's `core.symlinks`."),
        key(
            "submodules_depth",
            number(),
            "Commits of each submodule to fetch.",
        ),
        key(
            "lfs_skip_smudge",
            flag(),
            "Whether files of Git LFS stay pointers.",
        ),
        key("sparse_checkout", text(), "A file of paths to check out."),
        key(
            "autocrlf",
            any(vec![flag(), one_of(&["input"])]),
            "git's `core.autocrlf`.",
        ),
    ]
}
