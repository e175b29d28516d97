//! No language: the shell and the tools of the base image.

use super::Language;

pub(super) const GENERIC: Language = Language {
    name: "generic",
    like: &["shell"],
    version: None,
    install: &[],
    script: &[],
    hint: None,
};
