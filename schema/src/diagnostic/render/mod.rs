//! Diagnostics as text, for people and for programs.
//!
//! Each renderer takes the sources in the order of their [`FileId`](crate::source::FileId)s and
//! returns the whole text. None of them prints a sealed value in full, and none passes control
//! characters of a config on to a terminal.

mod github;
mod json;
mod place;
mod plain;
mod redact;
mod terminal;

pub use github::github;
pub use json::json;
pub use plain::plain;
pub use terminal::{Options, terminal};

use super::Level;

impl Level {
    /// The word that messages and JSON use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Alert => "alert",
        }
    }
}
