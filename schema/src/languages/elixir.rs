//! Elixir.

use super::{Language, PLAIN, always};

pub(super) const ELIXIR: Language = Language {
    name: "elixir",
    version: Some("elixir"),
    announce: &["elixir --version"],
    install: &[always(&["mix local.hex --force", "mix deps.get"]).retried()],
    script: &[always(&["mix test"])],
    ..PLAIN
};
