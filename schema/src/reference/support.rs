//! Where keys and values have a meaning, and which keys span the matrix.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::types::{Support, Word};
use super::{Extras, table};

/// What a job says of `language`, `os`, `dist` and `arch`: several values while it is still a matrix.
pub type Supporting<'a> = dyn Fn(&str) -> Vec<&'a str> + 'a;

/// Keys whose several values make several jobs, first the slowest (language reference §4.1).
#[must_use]
pub fn expand_keys() -> &'static [&'static str] {
    EXPAND
}

const EXPAND: &[&str] = &[
    "os",
    "arch",
    "compiler",
    "osx_image",
    "jdk",
    "crystal",
    "dotnet",
    "mono",
    "solution",
    "d",
    "dart",
    "dart_task",
    "elixir",
    "otp_release",
    "elm",
    "node_js",
    "go",
    "hhvm",
    "php",
    "ghc",
    "haxe",
    "julia",
    "matlab",
    "nix",
    "perl",
    "perl6",
    "python",
    "r",
    "rvm",
    "gemfile",
    "xcode_scheme",
    "xcode_sdk",
    "rust",
    "scala",
    "smalltalk",
    "smalltalk_config",
    "smalltalk_vm",
    "env",
];

/// Where a key of a job has a meaning.
#[must_use]
pub fn key_support(key: &str) -> Support {
    static KEYS: LazyLock<FxHashMap<&'static str, Support>> = LazyLock::new(|| {
        let mut keys = FxHashMap::default();
        let root = table(Extras::Without).as_map();
        for key in root.into_iter().flat_map(|map| &map.keys) {
            // The reference never removes sections, only values.
            if key.ty.as_map().is_some() {
                continue;
            }
            keys.insert(key.name, key.support);
        }
        keys.insert("arch", only("os", &["linux"]));
        keys.insert("compiler", only("language", &["c", "cpp"]));
        keys.insert("osx_image", only("os", &["osx"]));
        keys
    });
    KEYS.get(key).copied().unwrap_or_default()
}

/// Where a value of a key has a meaning.
#[must_use]
pub fn value_support(key: &str, value: &str) -> Support {
    static SYSTEMS: LazyLock<Vec<Word>> = LazyLock::new(super::os::os_words);
    static DISTS: LazyLock<Vec<Word>> = LazyLock::new(super::os::dists);
    match key {
        "os" => find(&SYSTEMS, value),
        "dist" => find(&DISTS, value),
        _ => Support::default(),
    }
}

fn find(words: &[Word], value: &str) -> Support {
    let word = words.iter().find(|word| word.value == value);
    word.map(|word| word.support).unwrap_or_default()
}

fn only(key: &'static str, words: &'static [&'static str]) -> Support {
    Support {
        only: Some((key, words)),
        except: None,
    }
}

impl Support {
    /// Whether the key or value has a meaning, given what is said of `language`, `os` …
    #[must_use]
    pub fn holds(&self, supporting: &Supporting<'_>) -> bool {
        let only = self
            .only
            .is_none_or(|(key, words)| supporting(key).iter().any(|value| words.contains(value)));
        let except = self.except.is_none_or(|(key, words)| {
            let values = supporting(key);
            values.is_empty() || values.iter().any(|value| !words.contains(value))
        });
        only && except
    }
}
