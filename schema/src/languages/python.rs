//! Python.

use super::{Language, Manager, PLAIN, Tool, always, file};

const TOOL: Tool = Tool {
    key: "python",
    file: None,
    has: r#"${ci__python:-$(command -v python || command -v python3 || echo false)} --version 2>&1"#,
    managers: &[
        // Where Travis CI's images have them.
        Manager {
            name: "the image's virtual environments",
            there: r#"[ -f "$HOME/virtualenv/python$ci__asked/bin/activate" ]"#,
            activate: r#". "$HOME/virtualenv/python$ci__asked/bin/activate""#,
            list: r#"ls "$HOME/virtualenv""#,
        },
        Manager {
            name: "the image",
            there: r#"[ "$ci__number" ] && command -v "python$ci__number" > /dev/null 2>&1"#,
            activate: r#"ci__python=$(command -v "python$ci__number")"#,
            list: ":",
        },
        Manager {
            name: "pyenv",
            there: r#"command -v pyenv > /dev/null 2>&1 || [ -x "$HOME/.pyenv/bin/pyenv" ]"#,
            activate: r#"command -v pyenv > /dev/null 2>&1 || PATH="$HOME/.pyenv/bin:$PATH"
PYENV_VERSION=$(pyenv versions --bare | grep -e "^$ci__asked\$" -e "^$ci__asked[.-]" | tail -n 1)
[ "$PYENV_VERSION" ] || ! pyenv install "$ci__asked" || PYENV_VERSION=$ci__asked
PATH="$(pyenv root)/shims:$PATH"
export PATH PYENV_VERSION
[ "$PYENV_VERSION" ]"#,
            list: "pyenv versions --bare",
        },
    ],
};

/// Without a virtual environment pip may have no place to install to: without root, or beside the
/// packages of a distribution.
const VIRTUAL_ENVIRONMENT: &str = r#"if [ -z "${VIRTUAL_ENV-}" ] &&
  { [ "${ci__python-}" ] || ! command -v python > /dev/null 2>&1 || ! python -c '
import os, sys, sysconfig
paths = sysconfig.get_paths()
managed = os.path.exists(os.path.join(paths["stdlib"], "EXTERNALLY-MANAGED"))
sys.exit(managed or not os.access(paths["purelib"], os.W_OK))' 2> /dev/null; } &&
  ci__python=${ci__python:-$(command -v python || command -v python3)}; then
  ci__venv=$HOME/virtualenv/python${TRAVIS_PYTHON_VERSION-}
  ci__site=
  [ {=virtualenv.system_site_packages} != true ] || ci__site=--system-site-packages
  if "$ci__python" -m venv $ci__site "$ci__venv" > /dev/null 2>&1 ||
    virtualenv --quiet --python "$ci__python" $ci__site "$ci__venv" > /dev/null 2>&1; then
    printf '%s\n' "\$ source ~${ci__venv#"$HOME"}/bin/activate"
    . "$ci__venv/bin/activate"
  else
    ci__note 'This image can make no virtual environment, so pip may have no place to install to.'
  fi
fi
unset ci__python ci__venv ci__site"#;

pub(super) const PYTHON: Language = Language {
    name: "python",
    variables: &[("python", "PYTHON_VERSION")],
    tools: &[TOOL],
    options: &["virtualenv.system_site_packages"],
    setup: &[VIRTUAL_ENVIRONMENT],
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
