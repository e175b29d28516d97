//! Words that the table alone does not tell: misspellings people really make, words that must not
//! be taken for one, and keys that would let a job out of its container.

mod misspellings;

use misspellings::MISSPELLINGS;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::types::{MapType, Shape, Type};

/// The key that a misspelling stands for.
#[must_use]
pub fn respelled(key: &str) -> Option<&'static str> {
    static BY_MISTAKE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
        let rows = MISSPELLINGS.iter();
        rows.flat_map(|(right, wrong)| wrong.iter().map(|wrong| (*wrong, *right)))
            .collect()
    });
    BY_MISTAKE.get(key).copied()
}

/// Whether a word is never taken for a misspelling: it means something elsewhere.
#[must_use]
pub fn stopped_from(word: &str) -> bool {
    static KEYS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        let mut keys = BTreeSet::new();
        collect(super::table(super::Extras::Without), &mut keys);
        keys
    });
    STOP.contains(&word) || KEYS.contains(word)
}

fn collect(ty: &Type, keys: &mut BTreeSet<&'static str>) {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().for_each(|ty| collect(ty, keys)),
        Shape::Seq { of, .. } => collect(of, keys),
        Shape::Map(map) => {
            collect_map(map, keys);
        }
        _ => {}
    }
}

fn collect_map(map: &MapType, keys: &mut BTreeSet<&'static str>) {
    for key in &map.keys {
        keys.insert(key.name);
        collect(&key.ty, keys);
    }
}

/// Whether a word is never the right spelling of another.
#[must_use]
pub fn stopped_to(word: &str) -> bool {
    word == "elm_test"
}

/// Keys that look like others too easily, and so are not offered.
#[must_use]
pub fn unmatchable(key: &str) -> bool {
    R_KEYS.contains(&key)
}

/// Keys of other tools that would open the container of a job, and why they are refused.
#[must_use]
pub fn forbidden(key: &str) -> bool {
    FORBIDDEN.contains(&key)
}

const FORBIDDEN: &[&str] = &[
    "cap_add",
    "cap_drop",
    "cgroup_parent",
    "device_cgroup_rules",
    "devices",
    "gpus",
    "ipc",
    "network_mode",
    "pid",
    "privileged",
    "runtime",
    "security_opt",
    "sysctls",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
];

const R_KEYS: &[&str] = &[
    "r_packages",
    "r_binary_packages",
    "r_github_packages",
    "apt_packages",
    "bioc_packages",
    "brew_packages",
    "bioc",
    "bioc_check",
    "bioc_required",
    "bioc_use_devel",
    "cran",
    "disable_homebrew",
    "latex",
    "pandoc",
    "pandoc_version",
    "r_build_args",
    "r_check_args",
    "r_check_revdep",
    "warnings_are_errors",
    "remotes",
    "repos",
];

const STOP: &[&str] = &[
    "branch",
    "branches",
    "pip",
    "slack",
    "test",
    "after_vendor",
    "erlang",
    "gcc",
    "golang",
    "html",
    "jvm",
    "nvm",
    "osx",
    "pgsql",
    "postgres",
    "prose",
    "sdk",
    "start_script",
    "trusty",
    "versions",
    "vimscript",
];
