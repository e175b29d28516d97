//! Strings that assign environment variables: `A=1 B="x y" C=$(date)`.
//!
//! Only the string is taken apart here; a value stays one word of shell as written, quotes and
//! all, and the job's shell expands it. Rules: run-time reference §4.2, decision 6.

mod reference;
mod scan;
mod words;

use std::ops::Range;

use crate::dialect::Dialect;

/// What a string says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvString {
    /// The variables in order; a later one of the same name wins.
    pub pairs: Vec<Pair>,
    /// Words that assign nothing (decision 6: each is worth a warning). The reference makes empty
    /// variables of them, so in its dialect there are none.
    pub leftovers: Vec<Leftover>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value as written: one word of shell, quotes and all.
    pub value: String,
    /// The bytes of the string that the whole assignment takes.
    pub range: Range<usize>,
}

/// A word that assigns nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The word as written.
    pub word: String,
    /// The bytes of the string that it takes.
    pub range: Range<usize>,
    /// Why it is left over.
    pub reason: LeftoverReason,
}

/// Why a word assigns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverReason {
    /// It has no `=`. Most often the value before it lacks quotes.
    NotAnAssignment,
    /// What stands before its `=` is no name of a variable.
    BadName,
}

/// A string that cannot be taken apart (decision 5: fatal at its place).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{opener}` is never closed")]
pub struct Unclosed {
    /// What opens: a quote, a backtick, `$(` or `${`.
    pub opener: &'static str,
    /// What would close it.
    pub closer: &'static str,
    /// The byte at which it opens.
    pub offset: usize,
}

/// Takes a string apart.
///
/// # Errors
///
/// When a quote is never closed; in our dialect also when a backtick, `$(` or `${` is not.
pub fn parse(text: &str, dialect: Dialect) -> Result<EnvString, Unclosed> {
    match dialect {
        Dialect::Ours => words::parse(text),
        Dialect::Reference => reference::parse(text),
    }
}
