//! C++.

use super::Language;
use super::c::AUTOTOOLS;

pub(super) const CPP: Language = Language {
    name: "cpp",
    like: &[],
    version: Some("compiler"),
    install: &[],
    script: AUTOTOOLS,
    hint: None,
};
