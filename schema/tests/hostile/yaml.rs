//! Texts that cost much to be read.

use std::fmt::Write as _;

use super::{Case, filled, listed};

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let long = "x".repeat(30_000);
    let deep: String = (0..300)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    vec![
        ("laughs", laughs(9, "[", "]")),
        ("merge fan-out", laughs(60, "{<<: [", "]}")),
        ("deep lists", "[".repeat(60_000)),
        ("200 kB of brackets", "[".repeat(200_000)),
        ("deep maps", deep),
        ("alias of itself", "a: &a [*a]".to_owned()),
        ("200,000 items", "- a\n".repeat(200_000)),
        ("ten megabytes", "a: 1\n".repeat(2_000_000)),
        (
            "long text repeated",
            format!("a: &a {long}\nb: [{}]", "*a,".repeat(10_000)),
        ),
        (
            "long key repeated",
            filled(
                &format!("? &k {long}\n: 1\nb:\n"),
                |_| "- *k :\n".to_owned(),
                "",
            ),
        ),
        (
            "long tag repeated",
            filled(
                &format!("%TAG !e! !{long}\n---\nscript:\n"),
                |_| "- !e!a x\n".to_owned(),
                "",
            ),
        ),
        (
            "one key many times",
            filled("script: make\n", |_| "a:\n".to_owned(), ""),
        ),
        (
            "seconds beyond 128 bits",
            "a: 47260000000000000000000000000000000:2800000000000000000000000000000000000"
                .to_owned(),
        ),
        (
            "anchors like a long alias",
            filled(
                "a: [",
                |n| format!("&a{n} x,"),
                &format!("*{}]", "a".repeat(20_000)),
            ),
        ),
    ]
}

/// Levels of ten aliases each.
fn laughs(levels: usize, open: &str, close: &str) -> String {
    let mut text = "l0: &l0 {a: 1, b: 2, c: 3}\n".to_owned();
    for level in 1..levels {
        let aliases = listed(10, |_| format!("*l{}", level - 1));
        let _ = writeln!(text, "l{level}: &l{level} {open}{aliases}{close}");
    }
    text
}
