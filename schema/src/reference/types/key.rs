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
    /// Why nothing comes of it yet.
    pub idle: Option<Idle>,
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
    /// Why nothing comes of it yet.
    pub idle: Option<Idle>,
}

/// What is read and checked, and not acted on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idle {
    /// What is said of it, with `{}` in place of the key or word.
    pub says: &'static str,
    /// What happens, or can be done, in its place.
    pub instead: &'static str,
    /// Whether it is a key of ours that somebody wrote for this agent: then it is a warning. What
    /// came with a config for Travis CI is a remark.
    pub added: bool,
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

    /// Nothing comes of it yet.
    pub fn idle(mut self, instead: &'static str) -> Self {
        self.idle = Some(Idle {
            says: Idle::SAYS,
            instead,
            added: false,
        });
        self
    }

    /// Nothing comes of it yet, though it is a key of ours.
    pub fn added_idle(self, instead: &'static str) -> Self {
        self.added_idle_as(Idle::SAYS, instead)
    }

    /// The same in other words.
    pub fn added_idle_as(mut self, says: &'static str, instead: &'static str) -> Self {
        self.idle = Some(Idle {
            says,
            instead,
            added: true,
        });
        self
    }
}

impl Idle {
    const SAYS: &str = "`{}` is read and checked, and nothing comes of it yet";
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

    /// Nothing comes of it yet; `says` has `{}` in place of the word.
    pub fn idle(mut self, says: &'static str, instead: &'static str) -> Self {
        self.idle = Some(Idle {
            says,
            instead,
            added: false,
        });
        self
    }

    /// Why it should not be used.
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }
}
