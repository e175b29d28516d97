//! Go.

use super::{Language, PLAIN, always, test};

const MAKEFILE: &str = "[ -f GNUmakefile ] || [ -f makefile ] || [ -f Makefile ]";

pub(super) const GO: Language = Language {
    name: "go",
    version: Some("go"),
    options: &["gobuild_args", "go_import_path"],
    setup: &[
        r#"export GO111MODULE="${GO111MODULE:-auto}" GOMAXPROCS="${GOMAXPROCS:-2}""#,
        // Without modules a work tree is found by its place below GOPATH.
        r#"export TRAVIS_GO_IMPORT_PATH={=go_import_path}
export TRAVIS_GO_IMPORT_PATH="${TRAVIS_GO_IMPORT_PATH:-github.com/$TRAVIS_REPO_SLUG}"
export CI_GO_IMPORT_PATH="$TRAVIS_GO_IMPORT_PATH"
if ! [ -f go.mod ]; then
  export GOPATH="${GOPATH:-$HOME/gopath}"
  ci__link=${GOPATH%%:*}/src/$TRAVIS_GO_IMPORT_PATH
  if ! [ -e "$ci__link" ] && mkdir -p "${ci__link%/*}" && ln -s "$PWD" "$ci__link"; then
    cd "$ci__link" || :
    export TRAVIS_BUILD_DIR="$ci__link" CI_BUILD_DIR="$ci__link"
  fi
  unset ci__link
fi"#,
    ],
    announce: &["go version", "go env"],
    install: &[
        test(MAKEFILE, &[]),
        always(&["go get {gobuild_args:-v} -t ./..."]).retried(),
    ],
    script: &[
        test(MAKEFILE, &["make"]),
        always(&["go test {gobuild_args:-v} ./..."]),
    ],
    ..PLAIN
};
