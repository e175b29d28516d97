//! What a row of the table is made of (language reference §2).
//!
//! Types and texts are here, maps in `map`, keys and words in `key`; `write` has the words with which
//! rows are written.

mod key;
mod map;
mod write;

use std::sync::Arc;

pub use key::{Idle, Key, Support, Word};
pub use map::{Change, Custom, MapType, Prefix};
pub(super) use write::{
    any, any_of, between, detect, env_list, flag, globs, just, key, list, many, map, number,
    one_of, one_of_words, private, sealed, secret, text, texts, word,
};

/// What values a place of the config takes (language reference §2).
#[derive(Clone, Debug)]
pub struct Type {
    /// The shape.
    pub shape: Shape,
    /// Whether this is a normal form: the one that other ways of writing are turned into.
    pub normal: bool,
}

/// The shapes of values.
#[derive(Clone, Debug)]
pub enum Shape {
    /// One of several types.
    Any {
        /// The alternatives in order.
        of: Vec<Arc<Type>>,
        /// What tells the alternatives apart.
        detect: Option<Detect>,
    },
    /// Keys with values.
    Map(MapType),
    /// A list.
    Seq {
        /// What its items are.
        of: Arc<Type>,
        /// Whether strings in it are assignments of variables.
        env: bool,
    },
    /// A text.
    Str(StrType),
    /// A number.
    Num {
        /// The least and the largest that is taken; `None` where any number is.
        range: Option<(i64, i64)>,
    },
    /// A boolean; `only` limits it to one value.
    Bool {
        /// The one value allowed.
        only: Option<bool>,
    },
    /// A sealed value or a text.
    Secure {
        /// Whether a text is refused.
        strict: bool,
        /// Whether a text is a secret lying open.
        alert: bool,
    },
}

/// What tells alternatives apart: the only word that a key of each may be.
#[derive(Clone, Debug)]
pub struct Detect {
    /// The key (`provider`).
    pub key: &'static str,
    /// The word of each alternative, in their order.
    pub words: Vec<Option<&'static str>>,
}

/// A text.
#[derive(Clone, Debug, Default)]
pub struct StrType {
    /// The words it may be; empty for any text.
    pub words: Vec<Word>,
    /// Whether it is lower-cased.
    pub downcase: bool,
    /// Whether the case of a word does not count.
    pub ignore_case: bool,
    /// The form it must have.
    pub format: Option<Format>,
    /// The variables that `%{…}` may name; `None` where it is no template.
    pub vars: Option<&'static [&'static str]>,
    /// What it is when absent, the first that fits.
    pub defaults: Vec<Word>,
}

/// Forms of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `>= 1.2`
    Version,
    /// Paths of the repository with `*`, `**`, `?` and `[…]`; see [`crate::glob`].
    Glob,
    /// Text with `{{ checksum "file" }}` in it; see [`crate::cache_key`].
    CacheKey,
    /// The name of a service, as it stands in logs and messages.
    ServiceName,
    /// The name of an image.
    Image,
}

impl Type {
    /// Whether an absent value gets one.
    pub fn has_default(&self) -> bool {
        match &self.shape {
            Shape::Any { of, .. } => of.iter().any(|ty| ty.has_default()),
            Shape::Seq { of, .. } => of.has_default(),
            Shape::Str(text) => !text.defaults.is_empty(),
            _ => false,
        }
    }

    /// The map type, when it is one.
    pub fn as_map(&self) -> Option<&MapType> {
        match &self.shape {
            Shape::Map(map) => Some(map),
            _ => None,
        }
    }
}
