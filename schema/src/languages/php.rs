//! PHP.

use super::{Language, Manager, PLAIN, Tool, always, file, test};

const TOOL: Tool = Tool {
    key: "php",
    file: None,
    has: "php --version | head -n 1",
    managers: &[Manager {
        name: "phpenv",
        there: r#"command -v phpenv > /dev/null 2>&1 || [ -x "$HOME/.phpenv/bin/phpenv" ]"#,
        activate: r#"command -v phpenv > /dev/null 2>&1 || PATH="$HOME/.phpenv/bin:$PATH"
PHPENV_VERSION=$(phpenv versions --bare | grep -e "^$ci__asked\$" -e "^$ci__asked[.-]" | tail -n 1)
PATH="$(phpenv root)/shims:$PATH"
export PATH PHPENV_VERSION
[ "$PHPENV_VERSION" ]"#,
        list: "phpenv versions --bare",
    }],
};

/// Where composer puts programs, when a work tree says so.
const COMPOSER_PHPUNIT: &str = r#"[ -f composer.json ] && command -v composer > /dev/null 2>&1 &&
  [ -x "$(composer config bin-dir 2> /dev/null)/phpunit" ]"#;

pub(super) const PHP: Language = Language {
    name: "php",
    variables: &[("php", "PHP_VERSION")],
    tools: &[TOOL],
    announce: &["php --version", "composer --version"],
    script: &[
        test(
            r#"[ -n "${COMPOSER_BIN_DIR-}" ] && [ -x "$COMPOSER_BIN_DIR/phpunit" ]"#,
            &[r#""$COMPOSER_BIN_DIR/phpunit""#],
        ),
        file("vendor/bin/phpunit", &["vendor/bin/phpunit"]),
        test(
            COMPOSER_PHPUNIT,
            &[r#""$(composer config bin-dir)/phpunit""#],
        ),
        always(&["phpunit"]),
    ],
    ..PLAIN
};
