//! Configs that cost much to be brought into their normal form.

use super::{Case, filled, listed};

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let nested = |key: &str| {
        let inner = listed(5_000, |n| format!("x{n}"));
        format!("{key}: {}{inner}{}\n", "[".repeat(38), "]".repeat(38))
    };
    vec![
        (
            "unknown keys",
            filled("script: make\n", |n| format!("k{n}y: 1\n"), ""),
        ),
        (
            "misspelled keys",
            filled("", |n| format!("s{}cript{}: 1\n", n % 100, n / 100), ""),
        ),
        (
            "names of jobs",
            filled(
                "script: make\njobs:\n  include:\n",
                |n| format!("  - name: a{}\n", n % 7),
                "",
            ),
        ),
        (
            "machines twice",
            filled(
                "script: make\njobs:\n  include:\n",
                |n| format!("  - vm: {{create: {{name: m{}}}}}\n", n % 1_000),
                "",
            ),
        ),
        (
            "sealed values below a long key",
            filled(
                &format!("? {}\n:\n", "x".repeat(30_000)),
                |_| "- secure: a\n".to_owned(),
                "",
            ),
        ),
        (
            "sealed values deep below",
            format!(
                "{}[{}]{}",
                (0..50)
                    .map(|_| format!("{{{}: ", "k".repeat(600)))
                    .collect::<String>(),
                "{secure: x},".repeat(2_500),
                "}".repeat(35)
            ),
        ),
        ("nested notifications", nested("notifications")),
        ("nested deploys", nested("deploy")),
        ("nested jobs", nested("jobs")),
        ("nested words", nested("language")),
        (
            "nested maps",
            format!(
                "notifications: {}a{}\n",
                "{email: ".repeat(38),
                "}".repeat(38)
            ),
        ),
        ("nested variables", nested("env")),
        (
            "variables in one text",
            filled("script: make\nenv: ", |n| format!("A{n}=1 "), ""),
        ),
        (
            "words left over",
            filled("script: make\nenv: 'A=''1'' ", |n| format!("w{n} "), "'"),
        ),
        (
            "cached folders as keys",
            filled("script: make\ncache:\n- {", |n| format!("k{n}: 1,"), "}"),
        ),
    ]
}
