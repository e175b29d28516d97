//! Rust.

use super::{Language, always};

pub(super) const RUST: Language = Language {
    name: "rust",
    like: &[],
    version: Some("rust"),
    install: &[],
    script: &[always(&["cargo build --verbose", "cargo test --verbose"])],
    hint: None,
};
