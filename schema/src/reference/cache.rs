//! `cache:`: what is kept between builds.

use super::job::Extras;
use super::types::{Change, Format, Type, any, flag, just, key, map, number, text, texts};

/// `cache:`
pub(super) fn cache(extras: Extras) -> Type {
    let mut keys = vec![
        key("directories", texts(), "Directories to keep."),
        key("apt", flag(), "Keep downloaded packages."),
        key("bundler", flag(), "Keep gems that Bundler installed."),
        key(
            "cargo",
            flag(),
            "Keep Cargo's registry and the target folder.",
        ),
        key("ccache", flag(), "Keep compiled objects."),
        key("cocoapods", flag(), "Keep pods."),
        key("npm", flag(), "Keep npm's modules."),
        key("packages", flag(), "Keep R packages."),
        key("pip", flag(), "Keep pip's downloads."),
        key("yarn", flag(), "Keep Yarn's packages."),
        key("timeout", number(), "Seconds to wait for the cache."),
        key(
            "edge",
            flag(),
            "Use a newer cache client; without effect here.",
        ),
        key("branch", text(), "The branch whose cache is used."),
    ];
    if extras == Extras::With {
        keys.push(key(
            "key",
            text().format(Format::CacheKey),
            "What the cache goes by: another text is another cache. `{{ checksum \"file\" }}` stands for \
             the contents of a file.",
        ));
    }
    let section = map(keys).change(Change::Cache).normal();
    any(vec![section, just(false).normal()])
}
