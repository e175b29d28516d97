//! R.

use super::{Language, PLAIN, Tool, always};

const TOOL: Tool = Tool {
    key: "r",
    file: None,
    has: "R --version | head -n 1",
    managers: &[],
};

pub(super) const R: Language = Language {
    name: "r",
    variables: &[("r", "R_VERSION")],
    tools: &[TOOL],
    options: &[
        "r_build_args",
        "r_check_args",
        "warnings_are_errors",
        "cran",
    ],
    announce: &["R --version"],
    setup: &["ci__cran={=cran:https://cloud.r-project.org}; export ci__cran"],
    install: &[always(&[concat!(
        "Rscript -e 'options(repos = Sys.getenv(\"ci__cran\"))' ",
        "-e 'if (!requireNamespace(\"remotes\", quietly = TRUE)) install.packages(\"remotes\")' ",
        "-e 'remotes::install_deps(dependencies = TRUE)'",
    )])
    .retried()],
    script: &[always(&[
        "R CMD build {r_build_args} .",
        "R CMD check {r_check_args:--as-cran} *.tar.gz",
        // A warning fails the job unless the config says otherwise.
        "[ {=warnings_are_errors:true} = false ] || ! grep -q WARNING *.Rcheck/00check.log",
    ])],
    ..PLAIN
};
