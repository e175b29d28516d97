//! Rust.

use super::{Language, PLAIN, always};

pub(super) const RUST: Language = Language {
    name: "rust",
    version: Some("rust"),
    setup: &[r#"if [ -d "$HOME/.cargo/bin" ]; then export PATH="$HOME/.cargo/bin:$PATH"; fi"#],
    announce: &["rustc --version", "cargo --version"],
    script: &[always(&["cargo build --verbose", "cargo test --verbose"])],
    ..PLAIN
};
