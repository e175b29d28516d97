//! C.

use super::{Default, Language, PLAIN, always};

/// What C and C++ have in common.
pub(super) const AUTOTOOLS: &[Default] = &[always(&["./configure && make && make test"])];

pub(super) const C: Language = Language {
    name: "c",
    version: Some("compiler"),
    setup: &[
        r#"export TRAVIS_COMPILER={=compiler:gcc} CI_COMPILER={=compiler:gcc}"#,
        // What the config sets wins.
        r#"export CC="${CC:-$TRAVIS_COMPILER}" CC_FOR_BUILD="${CC_FOR_BUILD:-$TRAVIS_COMPILER}""#,
    ],
    announce: &["${CC:-gcc} --version"],
    script: AUTOTOOLS,
    ..PLAIN
};
