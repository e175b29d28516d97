//! C.

use super::{Default, Language, always};

/// What C and C++ have in common.
pub(super) const AUTOTOOLS: &[Default] = &[always(&["./configure && make && make test"])];

pub(super) const C: Language = Language {
    name: "c",
    like: &[],
    version: Some("compiler"),
    install: &[],
    script: AUTOTOOLS,
    hint: None,
};
