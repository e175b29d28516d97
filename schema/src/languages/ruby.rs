//! Ruby.

use super::{Language, Manager, PLAIN, Tool, always, test};

const TOOL: Tool = Tool {
    key: "rvm",
    file: Some(".ruby-version"),
    has: "ruby --version",
    managers: &[
        Manager {
            name: "rvm",
            there: r#"[ -s "$HOME/.rvm/scripts/rvm" ] || [ -s /usr/local/rvm/scripts/rvm ]"#,
            activate: r#"if [ -s "$HOME/.rvm/scripts/rvm" ]; then . "$HOME/.rvm/scripts/rvm"; else . /usr/local/rvm/scripts/rvm; fi
rvm use "$ci__asked" --install --binary --fuzzy"#,
            list: "rvm list strings",
        },
        Manager {
            name: "rbenv",
            there: r#"command -v rbenv > /dev/null 2>&1 || [ -x "$HOME/.rbenv/bin/rbenv" ]"#,
            activate: r#"command -v rbenv > /dev/null 2>&1 || PATH="$HOME/.rbenv/bin:$PATH"
RBENV_VERSION=$(rbenv versions --bare | grep -e "^${ci__asked#ruby-}\$" -e "^${ci__asked#ruby-}[.-]" | tail -n 1)
[ "$RBENV_VERSION" ] || ! rbenv install "$ci__asked" || RBENV_VERSION=$ci__asked
PATH="$(rbenv root)/shims:$PATH"
export PATH RBENV_VERSION
[ "$RBENV_VERSION" ]"#,
            list: "rbenv versions --bare",
        },
        Manager {
            name: "chruby",
            there: "[ -f /usr/local/share/chruby/chruby.sh ]",
            activate: r#". /usr/local/share/chruby/chruby.sh
chruby "$ci__asked""#,
            list: "chruby",
        },
    ],
};

/// As with rvm, which keeps gems in the home directory, `gem install` needs no root.
const GEMS: &str = r#"if [ "$(id -u)" -ne 0 ] && [ -z "${GEM_HOME-}" ] && ci__gems=$(gem env gemdir 2> /dev/null) &&
  [ "$ci__gems" ] && ! [ -w "$ci__gems" ]; then
  export GEM_HOME="$HOME/.gem/ruby" PATH="$HOME/.gem/ruby/bin:$PATH"
fi
unset ci__gems"#;

const GEMFILE: &str = r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ]"#;
const LOCKED: &str =
    r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ] && [ -f "${BUNDLE_GEMFILE:-Gemfile}.lock" ]"#;
/// `cache: bundler`: where the cache looks for them.
const CACHED: &str = r#"[ -f "${BUNDLE_GEMFILE:-Gemfile}" ] && [ {=cache.bundler} = true ] && [ -z {=bundler_args} ]"#;

pub(super) const RUBY: Language = Language {
    name: "ruby",
    variables: &[("rvm", "RUBY_VERSION"), ("jdk", "JDK_VERSION")],
    tools: &[TOOL],
    options: &["bundler_args", "cache.bundler"],
    setup: &[
        GEMS,
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
            CACHED,
            &["bundle install --jobs=3 --retry=3 --path=${BUNDLE_PATH:-vendor/bundle}"],
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
