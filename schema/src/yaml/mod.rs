//! The YAML layer: events of a parser to a [`Node`] tree that keeps what was written.

mod node;

pub use node::{Entry, Key, Map, Node, Resolved, Scalar, Style, Value};
