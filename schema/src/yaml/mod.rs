//! The YAML layer: events of a parser to a [`Node`] tree that keeps what was written.
//!
//! ```text
//! Source ─► text (blanks mended, places kept) ─► events (one document, depth limit)
//!        ─► build (aliases, merges, duplicates, budgets) ─► Node
//! ```
//!
//! Rules: language reference §1, with decisions 2, 7 and 9.

mod build;
mod error;
mod events;
mod lenient;
mod limits;
mod load;
mod map;
mod node;
mod origin;
mod part;
mod resolve;
mod tag;
mod text;

pub use limits::{MAX_BYTES, MAX_COPIED_BYTES, MAX_COPIED_NODES, MAX_DEPTH, MAX_KEY};
pub use load::{Loaded, load};
pub use node::{Entry, Key, Map, Node, Resolved, Scalar, Style, Value};
pub use part::part_of;
