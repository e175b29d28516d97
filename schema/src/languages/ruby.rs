//! Ruby.

use super::{Language, PLAIN, always, test};

const GEMFILE: &str = r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ]"#;
const LOCKED: &str =
    r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ] && [ -f "${BUNDLE_GEMFILE:-Gemfile}.lock" ]"#;

pub(super) const RUBY: Language = Language {
    name: "ruby",
    version: Some("rvm"),
    options: &["bundler_args"],
    setup: &[
        // What the config sets wins, and `gemfile:` over what the work tree has.
        r#"if [ -n {=gemfile} ]; then
  export BUNDLE_GEMFILE="$PWD/"{=gemfile}
elif [ -z "${BUNDLE_GEMFILE-}" ] && [ -f Gemfile ]; then
  export BUNDLE_GEMFILE="$PWD/Gemfile"
fi"#,
    ],
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
        test("[ -n {=gemfile} ]", &[])
            .saying("The file that `gemfile:` names is not there, so the job cannot go on.")
            .failing(),
        always(&[]).saying("There is no Gemfile, so nothing is installed."),
    ],
    script: &[test(GEMFILE, &["bundle exec rake"]), always(&["rake"])],
    ..PLAIN
};
