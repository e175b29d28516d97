//! C.

use super::{Default, Language, PLAIN, always};

/// What C and C++ have in common.
pub(super) const AUTOTOOLS: &[Default] = &[always(&["./configure && make && make test"])];

pub(super) const C: Language = Language {
    name: "c",
    variables: &[("compiler", "COMPILER")],
    setup: &[
        r#"export TRAVIS_COMPILER={=compiler:gcc} CI_COMPILER={=compiler:gcc}"#,
        // What the config sets wins.
        r#"export CC="${CC:-$TRAVIS_COMPILER}" CC_FOR_BUILD="${CC_FOR_BUILD:-$TRAVIS_COMPILER}""#,
        r#"command -v "${CC%% *}" > /dev/null 2>&1 ||
  ci__note "The compiler of this job is $CC, and this image has none.""#,
    ],
    announce: &["${CC:-gcc} --version"],
    script: AUTOTOOLS,
    ..PLAIN
};
