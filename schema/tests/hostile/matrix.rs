//! Configs whose jobs, rules and stages cost much.

use super::{Case, axis, filled, listed};

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let ten = |key| axis(key, 10);
    let head = "language: ruby\nscript: make\n";
    let python = "language: python\nscript: make\n";
    vec![
        (
            "four axes of ten",
            format!(
                "{head}{}{}{}{}",
                ten("rvm"),
                ten("gemfile"),
                ten("jdk"),
                ten("os")
            ),
        ),
        (
            "axes of 300",
            format!(
                "{head}{}{}{}",
                axis("rvm", 300),
                axis("gemfile", 300),
                axis("jdk", 300)
            ),
        ),
        (
            "keys shared by jobs",
            filled(
                &format!("{python}{}", axis("python", 1_900)),
                |n| format!("_{n}: 1\n"),
                "",
            ),
        ),
        (
            "variables shared by jobs",
            format!(
                "{python}env:\n  global: [{}]\n  jobs: [{}]\n",
                listed(4_000, |n| format!("A{n}=1")),
                listed(1_900, |n| format!("B={n}"))
            ),
        ),
        (
            "commands shared by jobs",
            filled(
                &format!("language: python\n{}script: [", axis("python", 190)),
                |_| "a,".to_owned(),
                "]",
            ),
        ),
        (
            "text shared by jobs",
            format!(
                "language: python\n{}script: [&a {}, {}]\n",
                axis("python", 190),
                "x".repeat(30_000),
                "*a,".repeat(30)
            ),
        ),
        (
            "variables that differ",
            filled(
                &format!("{python}env:\n"),
                |n| {
                    let others = (0..80).map(|k| format!("V{k}=x ")).collect::<String>();
                    format!("- A={n} {others}\n")
                },
                "",
            ),
        ),
        (
            "rules",
            filled(
                &format!("{python}python: [a, b]\njobs:\n  exclude:\n"),
                |n| format!("  - {{python: x{n}}}\n"),
                "",
            ),
        ),
        (
            "variables and commands of 198 jobs",
            filled(
                &format!(
                    "language: python\npython: [a, b]\nenv: [{}]\nscript:\n",
                    listed(99, |n| format!("A{n}=1"))
                ),
                |n| format!("  - echo {n}\n"),
                "",
            ),
        ),
        (
            "global variables",
            filled(
                "script: make\nenv:\n  global:\n",
                |n| format!("  - V{n}=1\n"),
                "",
            ),
        ),
        (
            "large rules",
            filled(
                &format!(
                    "{python}before_install: &l [{}]\n{}jobs:\n  exclude:\n",
                    listed(400, |_| "a".to_owned()),
                    axis("python", 1_900)
                ),
                |n| {
                    if n < 40 {
                        "  - {before_install: *l, install: x}\n".to_owned()
                    } else {
                        "#\n".to_owned()
                    }
                },
                "",
            ),
        ),
        (
            "stages",
            filled("script: make\nstages: [", |n| format!("s{n},"), "]"),
        ),
        (
            "stages of jobs",
            filled(
                "script: make\njobs:\n  include:\n",
                |n| format!("  - stage: s{n}\n"),
                "",
            ),
        ),
    ]
}
