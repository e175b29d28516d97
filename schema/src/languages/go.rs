//! Go.

use super::{Language, always, test};

const MAKEFILE: &str = "[ -f GNUmakefile ] || [ -f makefile ] || [ -f Makefile ]";

pub(super) const GO: Language = Language {
    name: "go",
    like: &[],
    version: Some("go"),
    install: &[
        test(MAKEFILE, &[]),
        always(&["go get -v -t ./..."]).retried(),
    ],
    script: &[test(MAKEFILE, &["make"]), always(&["go test -v ./..."])],
    hint: None,
};
