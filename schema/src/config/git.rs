//! `git:`

use crate::plan::Git;
use crate::yaml::{Node, Resolved};

use super::value::{flag, number, text};

impl Git {
    /// From `git:` in normal form; what is not given has its default.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let default = Self::default();
        let switch = |key, absent| node.get(key).and_then(flag).unwrap_or(absent);
        let count = |key| {
            node.get(key)
                .and_then(number)
                .and_then(|count| u32::try_from(count).ok())
        };
        let depth = match node
            .get("depth")
            .and_then(Node::as_scalar)
            .map(|depth| depth.resolved)
        {
            Some(Resolved::Bool(false)) => None,
            _ => count("depth").or(default.depth),
        };
        let autocrlf = node.get("autocrlf");
        Self {
            depth,
            submodules: switch("submodules", default.submodules),
            submodules_depth: count("submodules_depth"),
            quiet: switch("quiet", default.quiet),
            lfs_skip_smudge: switch("lfs_skip_smudge", default.lfs_skip_smudge),
            clone: switch("clone", default.clone),
            tarball: node.get("strategy").and_then(Node::as_text) == Some("tarball"),
            autocrlf: autocrlf.and_then(|node| match flag(node) {
                Some(flag) => Some(flag.to_string()),
                None => text(node),
            }),
            symlinks: node.get("symlinks").and_then(flag),
            sparse_checkout: node.get("sparse_checkout").and_then(text),
        }
    }
}
