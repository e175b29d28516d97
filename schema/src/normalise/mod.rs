//! From the tree as written to the tree in its normal form (language reference §2).
//!
//! Three steps: *change* goes from the root down and brings keys and values into the form that the
//! table asks for; *check* goes from the leaves up, says what is wrong, and fills in defaults.
//! What is wrong stays in the tree: only messages tell of it.

mod cast;
mod change;
mod check;
mod env;
mod fuzzy;
mod keys;
mod kind;
mod matching;
mod messages;
mod place;
mod reshape;
mod sealed;
mod text;

pub use env::SHELL;
pub(crate) use fuzzy::nearest;
pub use kind::{Kind, is_given, is_missing, kind};
pub use messages::{NOT_YET, serialised};

use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::reference::{Extras, table};
use crate::source::Source;
use crate::yaml::Node;

use messages::Report;
use place::Place;

/// How a config is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whether our decisions hold, or the reference's rules to the letter.
    pub dialect: Dialect,
    /// Whether the file is a `.travis.yml`.
    pub compat: bool,
}

impl Reading {
    /// Which keys the table has.
    #[must_use]
    pub fn extras(self) -> Extras {
        if self.compat || self.dialect == Dialect::Reference {
            Extras::Without
        } else {
            Extras::With
        }
    }
}

/// The config in its normal form, and what was found on the way.
///
/// `sources` are the texts that the tree's places refer to, in the order of their
/// [`crate::source::FileId`]s; they give the lines in messages' arguments.
#[must_use]
pub fn normalise(root: Node, sources: &[&Source], reading: Reading) -> (Node, Vec<Diagnostic>) {
    let ty = table(reading.extras());
    let mut report = Report::new(sources);
    let place = Place::root(root.span);
    let changed = change::Change::new(&mut report, reading).apply(ty, root, &place);
    let mut check = check::Check::new(&mut report, reading, &changed);
    let checked = check.apply(ty, changed, &place);
    (checked, report.into_diagnostics())
}
