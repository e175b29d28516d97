//! Ruby.

use super::{Language, PLAIN, always, test};

const GEMFILE: &str = r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ]"#;
const LOCKED: &str =
    r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ] && [ -f "${BUNDLE_GEMFILE:-Gemfile}.lock" ]"#;

pub(super) const RUBY: Language = Language {
    name: "ruby",
    version: Some("rvm"),
    options: &["bundler_args"],
    setup: &[r#"for ci__file in {=gemfile:Gemfile}; do
  if [ -n {=gemfile} ] || [ -f "$ci__file" ]; then export BUNDLE_GEMFILE="$PWD/$ci__file"; fi
done; unset ci__file"#],
    announce: &["ruby --version", "bundle --version"],
    install: &[
        test(
            LOCKED,
            &["bundle install {bundler_args:--jobs=3 --retry=3 --deployment}"],
        )
        .retried(),
        test(
            GEMFILE,
            &["bundle install {bundler_args:--jobs=3 --retry=3}"],
        )
        .retried(),
    ],
    script: &[test(GEMFILE, &["bundle exec rake"]), always(&["rake"])],
    ..PLAIN
};
