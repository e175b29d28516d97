//! Node.js.

use super::{Language, PLAIN, always, file, test};

pub(super) const NODE_JS: Language = Language {
    name: "node_js",
    version: Some("node_js"),
    options: &["npm_args"],
    setup: &[r#"export PATH="./node_modules/.bin:$PATH""#],
    announce: &["node --version", "npm --version"],
    install: &[
        test("! [ -f package.json ]", &[]),
        file("yarn.lock", &["yarn --frozen-lockfile {npm_args}"]).retried(),
        test(
            "[ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]",
            &["npm ci {npm_args}"],
        )
        .retried(),
        always(&["npm install {npm_args}"]).retried(),
    ],
    script: &[
        test("[ -f package.json ] && [ -f yarn.lock ]", &["yarn test"]),
        file("package.json", &["npm test"]),
        always(&["make test"]),
    ],
    ..PLAIN
};
