//! `import:`: other configs, asked for one by one and merged into one tree (language reference §6).
//!
//! Nothing is read here. `gather` walks through the imports of the configs it has, depth first,
//! each config once, and answers with what is still to be fetched, or with the merged tree.

mod gather;
mod limits;
mod merge;
mod reference;

pub use limits::{MAX_IMPORTS, MAX_NODES, MAX_TEXT};
pub use merge::{Mode, merge};
pub use reference::{BadReference, Reference};

pub(crate) use gather::gather;

use crate::source::Source;

/// A config that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What was asked for.
    pub reference: Reference,
    /// Its text, or why there is none, as an end of the sentence "… cannot be imported: ".
    pub found: Result<String, String>,
}

impl Import {
    /// The source as messages name it; one that is not there is empty.
    #[must_use]
    pub fn source(&self) -> Source {
        let text = self.found.clone().unwrap_or_default();
        Source::new(self.reference.to_string(), text)
    }
}
