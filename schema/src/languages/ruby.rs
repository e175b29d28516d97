//! Ruby.

use super::{Language, always, file, files};

pub(super) const RUBY: Language = Language {
    name: "ruby",
    like: &[],
    version: Some("rvm"),
    install: &[
        files(
            &["Gemfile", "Gemfile.lock"],
            &["bundle install --jobs=3 --retry=3 --deployment"],
        )
        .retried(),
        file("Gemfile", &["bundle install --jobs=3 --retry=3"]).retried(),
    ],
    script: &[file("Gemfile", &["bundle exec rake"]), always(&["rake"])],
    hint: None,
};
