//! Maps of the config: which keys they take, and what else is done to them.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::{Key, Type};
use crate::reference::unmatchable;

/// A map and its keys.
#[derive(Clone, Debug, Default)]
pub struct MapType {
    /// The keys in order.
    pub keys: Vec<Key>,
    /// Whether other keys are mistakes.
    pub strict: bool,
    /// The type of keys that are not listed, with the test of their names.
    pub custom: Option<(Custom, Arc<Type>)>,
    /// The key under which a value goes that is no such map.
    pub prefix: Option<Prefix>,
    /// Keys that must be there.
    pub required: Vec<&'static str>,
    /// Changes of the whole map.
    pub change: Option<Change>,
    index: OnceLock<Index>,
}

/// Keys by name, so that a long config does not search through all of them for each of its own. All
/// names are the table's, so nobody can make them collide, and the simplest hash will do.
#[derive(Clone, Debug)]
struct Index {
    keys: FxHashMap<&'static str, usize>,
    aliases: FxHashMap<&'static str, &'static str>,
    guesses: Vec<&'static str>,
    defaulted: Vec<&'static str>,
}

/// Which keys besides the listed ones a map takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Custom {
    /// Every key.
    Any,
    /// Names of variables: every key that does not begin like a key of `env`.
    Variable,
}

/// Where a value goes that is written without its key.
#[derive(Clone, Copy, Debug)]
pub struct Prefix {
    /// The key.
    pub key: &'static str,
    /// Whether only texts go there.
    pub text_only: bool,
}

/// Changes of a whole map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `cache: pip`, `cache: [dir, …]`.
    Cache,
    /// `email: false`, `disabled: true`.
    Enable,
    /// `on_success` and `on_failure` of notifications.
    Inherit,
}

impl MapType {
    /// A map that takes only these keys.
    pub(super) fn of(keys: Vec<Key>) -> Self {
        Self {
            keys,
            strict: true,
            ..Self::default()
        }
    }

    /// A key by its name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        let at = *self.index().keys.get(name)?;
        self.keys.get(at)
    }

    /// The name that an alias stands for.
    pub fn alias(&self, alias: &str) -> Option<&'static str> {
        self.index().aliases.get(alias).copied()
    }

    /// The names and aliases that a misspelled key may have been meant as.
    pub fn guesses(&self) -> &[&'static str] {
        &self.index().guesses
    }

    /// The keys that get a value when they are absent, and need not be there.
    pub fn defaulted(&self) -> &[&'static str] {
        &self.index().defaulted
    }

    /// Made when the map is complete.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let rows = self.keys.iter();
            let aliased = rows.clone().flat_map(|key| {
                let aliases = key.aliases.iter();
                aliases.map(|alias| (*alias, key.name))
            });
            let names = rows.clone().map(|key| key.name);
            let all = names.chain(aliased.clone().map(|(alias, _)| alias));
            let absent = rows.clone().filter(|key| key.ty.has_default());
            let absent = absent.filter(|key| !self.required.contains(&key.name));
            let defaulted = absent.map(|key| key.name).collect();
            let numbered = rows.enumerate().map(|(at, key)| (key.name, at));
            Index {
                // The first row of a name counts, and the last that claims an alias.
                keys: numbered.rev().collect(),
                guesses: all.filter(|key| !unmatchable(key)).collect(),
                aliases: aliased.collect(),
                defaulted,
            }
        })
    }

    /// Whether a key that is not listed is taken.
    pub fn takes(&self, name: &str) -> bool {
        match self.custom {
            _ if self.strict => false,
            Some((Custom::Variable, _)) => !["global", "jobs", "matrix"]
                .iter()
                .any(|key| name.starts_with(key)),
            _ => true,
        }
    }
}
