//! The language of `.ci.yml` and `.travis.yml`: text in, diagnostics and a plan out.
//!
//! The crate is pure and synchronous: no file, clock, environment or network is touched,
//! so the daemon, the command line and the tests all get the same answer for the same input.
//!
//! ```text
//! text ─► yaml::Node ─► import ─► normalise ─► config::Config ─► matrix ─► plan::Plan
//!                          └──────────► Vec<Diagnostic> ◄──────────┘
//! ```

mod apt_sources;
pub mod branches;
pub mod cache_key;
pub mod changes;
mod compile;
pub mod condition;
pub mod config;
pub mod diagnostic;
pub mod dialect;
pub mod env_string;
mod fix;
pub mod glob;
pub mod import;
pub mod languages;
pub mod matrix;
mod migrate;
pub mod normalise;
pub mod plan;
pub mod reference;
pub mod regex;
pub mod request;
pub mod secure;
pub mod source;
pub mod yaml;

pub use compile::{Compiled, Need, Outcome, Sources, compile};
pub use dialect::Dialect;
pub use fix::{Applied, Fixed, fix};
pub use migrate::{Migration, Note, NoteKind, migrate};

/// The language as a JSON Schema (2020-12), for editors. It is generated from [`mod@reference`] by the test
/// `generated`.
pub const JSON_SCHEMA: &str = include_str!("../ci.schema.json");
