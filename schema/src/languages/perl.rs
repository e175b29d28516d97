//! Perl.

use super::{Language, PLAIN, always, file};

pub(super) const PERL: Language = Language {
    name: "perl",
    version: Some("perl"),
    announce: &["perl --version"],
    install: &[always(&["cpanm --quiet --installdeps --notest ."]).retried()],
    script: &[
        file("Build.PL", &["perl Build.PL && ./Build && ./Build test"]),
        file("Makefile.PL", &["perl Makefile.PL && make test"]),
        always(&["make test"]),
    ],
    ..PLAIN
};
