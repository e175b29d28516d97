//! Perl.

use super::{Language, Manager, PLAIN, Tool, always, file};

const TOOL: Tool = Tool {
    key: "perl",
    file: None,
    has: r#"perl -e 'printf "%vd", $^V'"#,
    managers: &[
        Manager {
            name: "perlbrew",
            there: r#"command -v perlbrew > /dev/null 2>&1 || [ -f "$HOME/perl5/perlbrew/etc/bashrc" ]"#,
            activate: r#"[ ! -f "$HOME/perl5/perlbrew/etc/bashrc" ] || . "$HOME/perl5/perlbrew/etc/bashrc"
perlbrew use "$ci__asked""#,
            list: "perlbrew list",
        },
        Manager {
            name: "plenv",
            there: r#"command -v plenv > /dev/null 2>&1 || [ -x "$HOME/.plenv/bin/plenv" ]"#,
            activate: r#"command -v plenv > /dev/null 2>&1 || PATH="$HOME/.plenv/bin:$PATH"
PLENV_VERSION=$(plenv versions --bare | grep -e "^$ci__asked\$" -e "^$ci__asked[.-]" | tail -n 1)
PATH="$(plenv root)/shims:$PATH"
export PATH PLENV_VERSION
[ "$PLENV_VERSION" ]"#,
            list: "plenv versions --bare",
        },
    ],
};

/// As with perlbrew, which keeps modules in the home directory, `cpanm` needs no root; without this
/// it installs there as well, where nothing looks for them.
const MODULES: &str = r#"if [ "$(id -u)" -ne 0 ] && [ -z "${PERL_MM_OPT-}" ] && ci__site=$(perl -MConfig -e 'print $Config{"installsitelib"}' 2> /dev/null) &&
  ! [ -w "$ci__site" ]; then
  export PERL_MM_OPT="INSTALL_BASE=$HOME/perl5" PERL_MB_OPT="--install_base $HOME/perl5"
  export PERL5LIB="$HOME/perl5/lib/perl5${PERL5LIB:+:$PERL5LIB}" PATH="$HOME/perl5/bin:$PATH"
  export PERL_LOCAL_LIB_ROOT="$HOME/perl5"
fi
unset ci__site"#;

pub(super) const PERL: Language = Language {
    name: "perl",
    variables: &[("perl", "PERL_VERSION")],
    tools: &[TOOL],
    setup: &[MODULES],
    announce: &["perl --version", "cpanm --version"],
    install: &[always(&["cpanm --quiet --installdeps --notest ."]).retried()],
    script: &[
        file("Build.PL", &["perl Build.PL && ./Build && ./Build test"]),
        file("Makefile.PL", &["perl Makefile.PL && make test"]),
        always(&["make test"]),
    ],
    ..PLAIN
};
