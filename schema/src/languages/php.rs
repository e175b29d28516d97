//! PHP.

use super::{Language, always, file};

pub(super) const PHP: Language = Language {
    name: "php",
    like: &[],
    version: Some("php"),
    install: &[],
    script: &[
        file("vendor/bin/phpunit", &["vendor/bin/phpunit"]),
        always(&["phpunit"]),
    ],
    hint: None,
};
