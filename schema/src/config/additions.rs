//! The keys that the agent adds to those of Travis CI (decision 8); services are in `services`.

use crate::cache_key::{self, CacheKey};
use crate::plan::{Artifacts, ChangedPaths, Concurrency, KeepWhen, Reports, Retry, RetryOn};
use crate::yaml::Node;

use super::value::{flag, number, text, texts};

/// `cache.key` of `cache:` in normal form.
pub(super) fn cache_key(cache: &Node) -> Option<CacheKey> {
    cache_key::parse(cache.get("key")?.as_text()?).ok()
}

impl ChangedPaths {
    /// From the values of `paths` and `paths-ignore`.
    #[must_use]
    pub fn from_nodes(only: Option<&Node>, ignore: Option<&Node>) -> Self {
        Self {
            only: only.map(texts).unwrap_or_default(),
            ignore: ignore.map(texts).unwrap_or_default(),
        }
    }
}

impl Concurrency {
    /// From `concurrency:` in normal form; `None` without a group.
    #[must_use]
    pub fn from_node(node: &Node) -> Option<Self> {
        Some(Self {
            group: node.get("group").and_then(text)?,
            cancel: node.get("cancel").and_then(flag).unwrap_or_default(),
        })
    }
}

impl Retry {
    /// From `retry:` in normal form; `None` without a count.
    #[must_use]
    pub fn from_node(node: &Node) -> Option<Self> {
        let count = node.get("count").and_then(number)?;
        let on = node.get("on").map(texts).unwrap_or_default();
        let on = on.iter().filter_map(|word| match word.as_str() {
            "failed" => Some(RetryOn::Failed),
            "errored" => Some(RetryOn::Errored),
            _ => None,
        });
        Some(Self {
            count: u8::try_from(count).ok()?,
            on: on.collect(),
        })
    }
}

impl Artifacts {
    /// From `artifacts:` in normal form; `None` without paths.
    #[must_use]
    pub fn from_node(node: &Node) -> Option<Self> {
        let when = node.get("when").and_then(Node::as_text);
        Some(Self {
            paths: texts(node.get("paths")?),
            exclude: node.get("exclude").map(texts).unwrap_or_default(),
            when: match when {
                Some("failed") => KeepWhen::Failed,
                Some("always") => KeepWhen::Always,
                _ => KeepWhen::Passed,
            },
        })
    }
}

impl Reports {
    /// From `reports:` in normal form.
    #[must_use]
    pub fn from_node(node: &Node) -> Self {
        let files = |key| node.get(key).map(texts).unwrap_or_default();
        Self {
            junit: files("junit"),
            cobertura: files("cobertura"),
            lcov: files("lcov"),
        }
    }
}
