//! Configs whose conditions and patterns cost much.

use super::{Case, axis, filled, listed};

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let jobs = |condition: &dyn Fn(usize) -> String| {
        filled(
            "script: make\njobs:\n  include:\n",
            |n| format!("  - {{name: j{n}, if: '{}'}}\n", condition(n)),
            "",
        )
    };
    let root = |before: &str, part: &dyn Fn(usize) -> String, after: &str| {
        filled(
            &format!("language: python\nscript: make\n{before}if: '"),
            part,
            &format!("'\n{after}"),
        )
    };
    vec![
        (
            "catastrophic conditions",
            jobs(&|n| format!("commit_message =~ /^(a|a|(?=b)b{n})*$/")),
        ),
        (
            "nearly catastrophic conditions",
            jobs(&|n| format!("commit_message =~ /^(a|a|(?=b)b{n}){{0,12}}$/")),
        ),
        (
            "one catastrophic condition of many jobs",
            root(
                &axis("python", 190),
                &|_| "commit_message =~ /^(a|a|(?=b)b)*$/ or ".to_owned(),
                "",
            )
            .replace("or '", "or true'"),
        ),
        (
            "large patterns",
            root("", &|n| format!("branch =~ /(\\p{{L}}{n}){{30}}/ or "), "")
                .replace("or '", "or true'"),
        ),
        (
            "exploding patterns",
            jobs(&|n| format!("commit_message =~ /[ab]*a[ab]{{{}}}c/", 300 + n)),
        ),
        (
            "stacked steps",
            jobs(&|n| format!("commit_message =~ /^(?:(?=.)a?b?|c{n})*$/")),
        ),
        (
            "a pattern for two texts in turn",
            format!(
                "language: python\nscript: make\n{}if: '{} or true'\n",
                axis("python", 190),
                [r"branch =~ /(?!x)\w{9}zz/ or type =~ /(?!x)\w{9}zz/"; 50].join(" or ")
            ),
        ),
        (
            "joined texts",
            root(
                &format!("env: A={}\n", "x".repeat(30_000)),
                &|_| "concat(env(A),env(A),env(A)) = x or ".to_owned(),
                "",
            )
            .replace("or '", "or true'"),
        ),
        (
            "one joined text",
            format!(
                "script: make\nenv: A={}\nif: concat({}) = x\n",
                "x".repeat(20_000),
                listed(4_000, |_| "env(A)".to_owned())
            ),
        ),
        (
            "variables asked for",
            root(
                &format!(
                    "env: {{global: [{}]}}\n{}",
                    listed(200, |n| format!("A{n}=1")),
                    axis("python", 190)
                ),
                &|n| format!("env(B{n}) or "),
                "",
            )
            .replace("or '", "or false'"),
        ),
        (
            "nested conditions",
            format!(
                "script: make\nlanguage: python\n{}if: {}{}{}\n",
                axis("python", 190),
                "(a and ".repeat(90),
                listed(5_000, |_| "x".to_owned()).replace(", ", " = x or "),
                ")".repeat(90)
            ),
        ),
        (
            "long lists",
            root(
                &axis("python", 190),
                &|n| format!("tag IN (env(A{n})) or "),
                "",
            )
            .replace("or '", "or false'"),
        ),
        (
            "conditions of rules",
            filled(
                &format!(
                    "language: python\nscript: make\n{}jobs:\n  exclude:\n",
                    axis("python", 150)
                ),
                |n| format!("  - {{python: x, if: env(A{n}) = b or tag}}\n"),
                "",
            ),
        ),
        (
            "conditions of notifications",
            filled(
                &format!(
                    "script: make\nenv: {{global: [{}]}}\nnotifications:\n  slack:\n",
                    listed(3_000, |n| format!("A{n}=1"))
                ),
                |n| format!("  - {{if: env(A{n})}}\n"),
                "",
            ),
        ),
        (
            "patterns of branches",
            filled(
                "script: make\nbranches:\n  only:\n",
                |n| format!("  - /^(a|a|(?=b)b{n})*$/\n"),
                "",
            ),
        ),
    ]
}
