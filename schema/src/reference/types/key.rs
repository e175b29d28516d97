//! Keys of maps and words of texts, with where each has a meaning.

use std::sync::Arc;

use super::Type;

/// One key of a map.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name.
    pub name: &'static str,
    /// What it takes.
    pub ty: Arc<Type>,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// Where it has a meaning.
    pub support: Support,
    /// Why it should not be used.
    pub deprecated: Option<&'static str>,
    /// Whether using it is an experiment.
    pub edge: bool,
    /// Whether two items of a list should not have the same value.
    pub unique: bool,
    /// One line for the reference pages.
    pub doc: &'static str,
}

/// One word that a text may be.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// The word.
    pub value: &'static str,
    /// Other ways to write it.
    pub aliases: &'static [&'static str],
    /// Where it is supported.
    pub support: Support,
    /// Why it should not be used.
    pub deprecated: Option<&'static str>,
}

/// Where a key or value has a meaning: lists of (`language` or `os`, words).
#[derive(Clone, Copy, Debug, Default)]
pub struct Support {
    /// Only with one of these.
    pub only: Option<(&'static str, &'static [&'static str])>,
    /// Not with one of these.
    pub except: Option<(&'static str, &'static [&'static str])>,
}

impl Key {
    /// Other names.
    pub fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where it has a meaning: `("language", &["python"])`.
    pub fn only(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.only = Some((key, words));
        self
    }

    /// Why it should not be used.
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    /// Using it is an experiment.
    pub fn edge(mut self) -> Self {
        self.edge = true;
        self
    }

    /// Two items of a list should not have the same value.
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
}

impl Word {
    /// Other ways to write it.
    pub fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Where it is supported.
    pub fn only(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.only = Some((key, words));
        self
    }

    /// Where it is not supported.
    pub fn except(mut self, key: &'static str, words: &'static [&'static str]) -> Self {
        self.support.except = Some((key, words));
        self
    }

    /// Why it should not be used.
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }
}
