//! PHP.

use super::{Language, PLAIN, always, file, test};

pub(super) const PHP: Language = Language {
    name: "php",
    version: Some("php"),
    announce: &["php --version", "composer --version"],
    script: &[
        test(
            r#"[ -n "${COMPOSER_BIN_DIR-}" ] && [ -x "$COMPOSER_BIN_DIR/phpunit" ]"#,
            &[r#""$COMPOSER_BIN_DIR/phpunit""#],
        ),
        file("vendor/bin/phpunit", &["vendor/bin/phpunit"]),
        always(&["phpunit"]),
    ],
    ..PLAIN
};
