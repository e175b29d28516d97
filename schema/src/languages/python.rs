//! Python.

use super::{Language, file};

pub(super) const PYTHON: Language = Language {
    name: "python",
    like: &[],
    version: Some("python"),
    install: &[
        file("Requirements.txt", &["pip install -r Requirements.txt"]).retried(),
        file("requirements.txt", &["pip install -r requirements.txt"]).retried(),
    ],
    script: &[],
    hint: Some("Please override the script: key in your config to run tests."),
};
