//! Go.

use super::{Language, Manager, PLAIN, Tool, always, test};

const TOOL: Tool = Tool {
    key: "go",
    file: None,
    has: "go version",
    managers: &[
        Manager {
            name: "gimme",
            there: "command -v gimme > /dev/null 2>&1",
            activate: r#"ci__gimme=$(gimme "$ci__asked") && eval "$ci__gimme""#,
            list: "gimme --list",
        },
        Manager {
            name: "gvm",
            there: r#"[ -s "$HOME/.gvm/scripts/gvm" ]"#,
            activate: r#". "$HOME/.gvm/scripts/gvm"
gvm use "go${ci__asked#go}" || { gvm install "go${ci__asked#go}" --binary && gvm use "go${ci__asked#go}"; }"#,
            list: "gvm list",
        },
        // Debian's packages lie side by side.
        Manager {
            name: "the image",
            there: r#"[ "$ci__number" ] && [ -x "/usr/lib/go-$ci__number/bin/go" ]"#,
            activate: r#"export PATH="/usr/lib/go-$ci__number/bin:$PATH""#,
            list: ":",
        },
    ],
};

/// Without modules a work tree is found by its place below GOPATH, and the job stands there. With
/// modules the place is there as well, for those who go to it.
const PLACE: &str = r#"export TRAVIS_GO_IMPORT_PATH={=go_import_path}
export TRAVIS_GO_IMPORT_PATH="${TRAVIS_GO_IMPORT_PATH:-github.com/$TRAVIS_REPO_SLUG}"
export CI_GO_IMPORT_PATH="$TRAVIS_GO_IMPORT_PATH"
export GOPATH="${GOPATH:-$HOME/gopath}"
export PATH="${GOPATH%%:*}/bin:$PATH"
ci__link=${GOPATH%%:*}/src/$TRAVIS_GO_IMPORT_PATH
if ! [ -e "$ci__link" ] && mkdir -p "${ci__link%/*}" && ln -s "$PWD" "$ci__link" && ! [ -f go.mod ]; then
  cd "$ci__link" || :
  export TRAVIS_BUILD_DIR="$ci__link" CI_BUILD_DIR="$ci__link"
fi
unset ci__link"#;

const MAKEFILE: &str = "[ -f GNUmakefile ] || [ -f makefile ] || [ -f Makefile ]";

pub(super) const GO: Language = Language {
    name: "go",
    variables: &[("go", "GO_VERSION")],
    tools: &[TOOL],
    options: &["gobuild_args", "go_import_path"],
    setup: &[
        r#"export GO111MODULE="${GO111MODULE:-auto}" GOMAXPROCS="${GOMAXPROCS:-2}""#,
        PLACE,
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
