//! Node.js.

use super::{Language, Manager, PLAIN, Tool, always, file, test};

const TOOL: Tool = Tool {
    key: "node_js",
    file: Some(".nvmrc"),
    has: "node --version",
    managers: &[Manager {
        name: "nvm",
        there: r#"[ -s "${NVM_DIR:-$HOME/.nvm}/nvm.sh" ]"#,
        activate: r#"export NVM_DIR="${NVM_DIR:-$HOME/.nvm}"
. "$NVM_DIR/nvm.sh" --no-use
nvm use "$ci__asked" 2> /dev/null || nvm install "$ci__asked""#,
        list: "nvm ls --no-colors --no-alias",
    }],
};

/// As with nvm, which keeps global packages in the home directory, `npm install -g` needs no root.
const GLOBAL_PACKAGES: &str = r#"if ci__node=$(command -v node) && [ -z "${NPM_CONFIG_PREFIX-}${NVM_BIN-}" ] &&
  ! [ -w "${ci__node%/bin/*}/lib/node_modules" ] && ! [ -w "${ci__node%/bin/*}/lib" ]; then
  export NPM_CONFIG_PREFIX="$HOME/.npm-global" PATH="$HOME/.npm-global/bin:$PATH"
fi
unset ci__node"#;

const YARN: &str =
    r#"[ -f yarn.lock ] && case $(node --version 2> /dev/null) in v[0-3].*) false ;; esac"#;
const YARN_TO_INSTALL: &str = r#"[ -f yarn.lock ] && ! command -v yarn > /dev/null 2>&1 &&
  case $(node --version 2> /dev/null) in v[0-3].*) false ;; esac"#;
const LOCKED: &str = r#"{ [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; } &&
  case $(npm --version 2> /dev/null) in [0-4].* | 5.[0-7].*) false ;; esac"#;

pub(super) const NODE_JS: Language = Language {
    name: "node_js",
    variables: &[("node_js", "NODE_VERSION")],
    tools: &[TOOL],
    options: &["npm_args"],
    setup: &[
        GLOBAL_PACKAGES,
        r#"export PATH="./node_modules/.bin:$PATH""#,
    ],
    announce: &["node --version", "npm --version"],
    install: &[
        test("! [ -f package.json ]", &[]),
        test(
            YARN_TO_INSTALL,
            &[
                "npm install --global yarn",
                "yarn --frozen-lockfile {npm_args}",
            ],
        )
        .retried(),
        test(YARN, &["yarn --frozen-lockfile {npm_args}"]).retried(),
        // `npm ci` came with 5.8.
        test(LOCKED, &["npm ci {npm_args}"]).retried(),
        always(&["npm install {npm_args}"]).retried(),
    ],
    script: &[
        test("[ -f package.json ] && [ -f yarn.lock ]", &["yarn test"]),
        file("package.json", &["npm test"]),
        always(&["make test"]),
    ],
    ..PLAIN
};
