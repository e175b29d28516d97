//! `deploy:`: where to publish, and `on:`, when.

use std::sync::{Arc, LazyLock};

use super::types::{
    Key, Type, any, any_of, detect, flag, key, list, many, map, one_of_words, text, texts, word,
};

const CLEANUP: &str = "not supported in dpl v2, use cleanup";

/// `deploy:`
pub(super) fn deploys() -> Arc<Type> {
    static DEPLOYS: LazyLock<Arc<Type>> = LazyLock::new(|| {
        let providers = super::providers::all().into_iter().map(provider).collect();
        let providers = Arc::new(detect("provider", providers).normal());
        Arc::new(any_of(vec![Arc::new(list(providers.clone())), providers]))
    });
    DEPLOYS.clone()
}

/// A provider: its name, its own keys, and those of them that must be there.
pub(super) struct Provider {
    /// `provider:`
    pub(super) name: &'static str,
    /// Its own keys.
    pub(super) keys: Vec<Key>,
    /// Keys that must be there.
    pub(super) required: &'static [&'static str],
}

fn provider(provider: Provider) -> Arc<Type> {
    let Provider {
        name,
        mut keys,
        mut required,
        ..
    } = provider;
    let mut must = std::mem::take(&mut required).to_vec();
    must.push("provider");
    keys.extend([
        key("provider", named(name), "Where to publish."),
        key("on", on(), "When to publish.").alias(&["true"]),
        key("run", texts(), "Commands after it."),
        key(
            "allow_failure",
            flag(),
            "Whether its failure does not count.",
        ),
        key(
            "cleanup",
            flag(),
            "Whether files of the build are removed first.",
        ),
        key("skip_cleanup", flag(), "Whether files of the build stay.").deprecated(CLEANUP),
        key("edge", edge(), "Which dpl to use."),
    ]);
    let section = map(keys).required(&must).prefix_text("provider").normal();
    Arc::new(any(vec![section, named(name)]).normal())
}

/// The name of a provider. All but `script` have nobody who publishes with them yet.
fn named(name: &'static str) -> Type {
    let word = match name {
        "script" => word(name),
        _ => word(name).idle(
            "the deploy provider {} is not available yet",
            "`provider: script` runs a command of yours",
        ),
    };
    one_of_words(vec![word])
}

fn edge() -> Type {
    let section = map(vec![
        key("enabled", flag(), "Whether to use it."),
        key("source", text(), "Its repository."),
        key("branch", text(), "Its branch."),
    ]);
    any(vec![flag(), section])
}

/// `on:`
fn on() -> Arc<Type> {
    static ON: LazyLock<Arc<Type>> = LazyLock::new(|| {
        let mut keys = vec![
            key("os", super::os::os(), "The job's operating system."),
            key("branch", branch(), "Branches; else the default branch."),
            key("repo", text(), "The repository as `owner/repo`."),
            key("condition", texts(), "Conditions in bash."),
            key("all_branches", flag(), "Whether the branch does not count."),
            key("tags", flag(), "Whether it must be a tag."),
        ];
        keys.extend(super::languages::keys(super::languages::Several::No));
        let section = map(keys).prefix_text("branch").normal();
        Arc::new(any(vec![section, branch()]))
    });
    ON.clone()
}

fn branch() -> Type {
    any(vec![many(text()).normal(), map(vec![]).open().normal()])
}
