//! Keys that a job has as well as the whole config.

use super::types::{Key, any, flag, key, text, texts};

/// Whether the keys that the agent adds to the language are in the table (decision 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extras {
    /// They are: `.ci.yml`.
    With,
    /// They are not: `.travis.yml`, and the reference.
    Without,
}

/// The phases in running order, with what each is for.
const PHASES: &[(&str, &str)] = &[
    (
        "before_install",
        "Commands before `install`; a failing one ends the job.",
    ),
    (
        "install",
        "Commands that install what the code needs; a failing one ends the job.",
    ),
    (
        "before_script",
        "Commands before `script`; a failing one ends the job.",
    ),
    (
        "script",
        "Commands that test the code; all run, each counts.",
    ),
    ("before_cache", "Commands before the cache is stored."),
    ("after_success", "Commands after a `script` that passed."),
    ("after_failure", "Commands after a `script` that failed."),
    ("before_deploy", "Commands before each deployment."),
    ("after_deploy", "Commands after each deployment."),
    ("after_script", "Commands at the end, whatever the result."),
];

/// Keys that root, jobs and rules share, in the reference's order.
pub(super) fn shared(extras: Extras) -> Vec<Key> {
    let mut keys = vec![
        key(
            "addons",
            super::addons::addons(),
            "Packages and tools to set up.",
        ),
        key(
            "branches",
            super::branches::branches(),
            "Branches that are built.",
        )
        .alias(&["branch"]),
        key(
            "cache",
            super::cache::cache(extras),
            "What is kept between builds.",
        )
        .idle("nothing is kept: what a job needs is fetched each time"),
        key(
            "deploy",
            super::deploy::deploys(),
            "Where to publish after a passed script.",
        ),
        key(
            "git",
            super::git::git(extras),
            "How the repository is fetched.",
        ),
        key("if", text(), "The condition under which this is run."),
        key(
            "services",
            super::services::services(extras),
            "Services that run beside the job.",
        ),
        key("group", text(), "Group of images; without effect here."),
        key(
            "workspaces",
            super::workspaces::workspaces(),
            "Files handed from job to job.",
        )
        .idle("nothing is handed on: jobs share files by a registry or a store of yours"),
        super::root::key_names(),
    ];
    keys.extend(PHASES.iter().map(|(name, doc)| key(name, texts(), doc)));
    if extras == Extras::With {
        keys.extend(super::additions::shared());
    }
    keys
}

/// Keys of a job or of a rule about jobs. `more` are those that only one of the two has.
pub(super) fn job(extras: Extras, more: Vec<Key>) -> Vec<Key> {
    let mut keys = vec![
        key(
            "language",
            super::os::language(),
            "The language of the job.",
        ),
        key("os", super::os::os(), "The operating system of the job."),
        key(
            "dist",
            super::os::dist(),
            "The Linux distribution of the job.",
        ),
        key(
            "arch",
            super::os::arch(),
            "The processor architecture of the job.",
        ),
        key("osx_image", text(), "The Xcode version of the job."),
        super::root::sudo(),
        key("vm", super::vm::vm(), "Size of the machine."),
        key("env", super::env::variables(), "Variables of the job."),
        key("compiler", text(), "The compiler of the job."),
        key(
            "branches",
            super::branches::branches(),
            "Branches that the job is built on.",
        )
        .alias(&["branch"]),
        key("name", text(), "The name of the job.").unique(),
        key("stage", text(), "The stage of the job."),
        key(
            "keep_netrc",
            any(vec![flag().normal()]),
            "Whether `.netrc` outlives the checkout.",
        )
        .idle("a job never has a `.netrc` of the agent"),
    ];
    keys.extend(more);
    keys.extend(super::languages::keys(super::languages::Several::No));
    keys.push(super::root::virt());
    keys.extend(
        shared(extras)
            .into_iter()
            .filter(|key| key.name != "branches"),
    );
    if extras == Extras::With {
        keys.push(super::additions::image("The container image of the job."));
    }
    keys
}
