//! Rust.

use super::{Language, Manager, PLAIN, Tool, always};

const TOOL: Tool = Tool {
    key: "rust",
    file: None,
    has: "rustc --version",
    managers: &[Manager {
        name: "rustup",
        there: r#"command -v rustup > /dev/null 2>&1 || [ -x "$HOME/.cargo/bin/rustup" ]"#,
        activate: r#"command -v rustup > /dev/null 2>&1 || export PATH="$HOME/.cargo/bin:$PATH"
rustup default "$ci__asked" 2> /dev/null ||
  { rustup toolchain install "$ci__asked" --profile minimal && rustup default "$ci__asked"; }"#,
        list: "rustup toolchain list",
    }],
};

pub(super) const RUST: Language = Language {
    name: "rust",
    variables: &[("rust", "RUST_VERSION")],
    tools: &[TOOL],
    setup: &[r#"if [ -d "$HOME/.cargo/bin" ]; then export PATH="$HOME/.cargo/bin:$PATH"; fi"#],
    announce: &["rustc --version", "cargo --version"],
    script: &[always(&["cargo build --verbose", "cargo test --verbose"])],
    ..PLAIN
};
