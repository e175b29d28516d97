//! No language: the config says everything.

use super::{Language, PLAIN};

pub(super) const GENERIC: Language = Language {
    name: "generic",
    like: &["shell"],
    ..PLAIN
};
