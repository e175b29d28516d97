//! Node.js.

use super::{Language, always, file, files, test};

pub(super) const NODE_JS: Language = Language {
    name: "node_js",
    like: &[],
    version: Some("node_js"),
    install: &[
        test("! [ -f package.json ]", &[]),
        file("yarn.lock", &["yarn --frozen-lockfile"]).retried(),
        file("package-lock.json", &["npm ci"]).retried(),
        file("npm-shrinkwrap.json", &["npm ci"]).retried(),
        always(&["npm install"]).retried(),
    ],
    script: &[
        files(&["package.json", "yarn.lock"], &["yarn test"]),
        file("package.json", &["npm test"]),
        always(&["make test"]),
    ],
    hint: None,
};
