//! `git:`: how the repository is fetched.

use super::types::{Type, any, flag, key, map, number, one_of, text};

/// `git:`
pub(super) fn git() -> Type {
    map(vec![
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
    ])
}
