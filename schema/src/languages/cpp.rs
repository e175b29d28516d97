//! C++.

use super::{Language, PLAIN, c};

pub(super) const CPP: Language = Language {
    name: "cpp",
    variables: &[("compiler", "COMPILER")],
    setup: &[
        r#"export TRAVIS_COMPILER={=compiler:g++} CI_COMPILER={=compiler:g++}"#,
        // Either name of a compiler means both of its programs.
        r#"case $TRAVIS_COMPILER in
  clang*) ci__cc=clang ci__cxx=clang++ ;;
  gcc* | g++*) ci__cc=gcc ci__cxx=g++ ;;
  *) ci__cc=gcc ci__cxx=$TRAVIS_COMPILER ;;
esac
export CXX="${CXX:-$ci__cxx}" CC="${CC:-$ci__cc}"
export CXX_FOR_BUILD="${CXX_FOR_BUILD:-$ci__cxx}" CC_FOR_BUILD="${CC_FOR_BUILD:-$ci__cc}"
unset ci__cc ci__cxx"#,
        r#"command -v "${CXX%% *}" > /dev/null 2>&1 ||
  ci__note "The compiler of this job is $CXX, and this image has none.""#,
    ],
    announce: &["${CXX:-g++} --version"],
    script: c::AUTOTOOLS,
    ..PLAIN
};
