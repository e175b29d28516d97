//! Python.

use super::{Language, PLAIN, always, file};

pub(super) const PYTHON: Language = Language {
    name: "python",
    version: Some("python"),
    announce: &["python --version", "pip --version"],
    install: &[
        file("Requirements.txt", &["pip install -r Requirements.txt"]).retried(),
        file("requirements.txt", &["pip install -r requirements.txt"]).retried(),
        always(&[]).saying(
            "Could not locate requirements.txt. Override the install: key in your config to \
             install dependencies.",
        ),
    ],
    hint: Some("Please override the script: key in your config to run tests."),
    ..PLAIN
};
