//! Hostile texts are answered, with the limit or the mistake named (threat T24). What they cost is
//! in `bombs_memory.rs` and the benchmark `hostile`.
#![allow(missing_docs)]

use std::fmt::Write;

use schema::dialect::Dialect;
use schema::source::{FileId, Source};
use schema::yaml::{self, Loaded, Node};

/// Loads a text; every place that is named lies in it.
fn answer(text: &str) -> Loaded {
    let loaded = yaml::load(&Source::new(".ci.yml", text), FileId(0), Dialect::Ours);
    for diagnostic in &loaded.diagnostics {
        assert!(diagnostic.span.end as usize <= text.len());
    }
    loaded
}

/// The code of the one fatal message.
fn refusal(text: &str) -> &'static str {
    let loaded = answer(text);
    assert!(loaded.root.is_none());
    assert_eq!(loaded.diagnostics.len(), 1);
    let diagnostic = &loaded.diagnostics[0];
    assert!(diagnostic.fatal);
    assert!(diagnostic.help.is_some(), "{diagnostic:?}");
    diagnostic.code
}

/// Levels of ten aliases each.
fn laughs(levels: usize) -> String {
    let mut text = "l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for level in 1..levels {
        let aliases = vec![format!("*l{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "l{level}: &l{level} [{aliases}]");
    }
    text
}

#[test]
fn billion_laughs() {
    assert_eq!(refusal(&laughs(9)), "too_many_nodes");
}

#[test]
fn aliases_within_the_budget_are_fine() {
    assert!(answer(&laughs(4)).root.is_some());
}

#[test]
fn a_long_text_repeated() {
    let text = format!(
        "a: &a {}\nb: [{}]",
        "x".repeat(30_000),
        "*a,".repeat(10_000)
    );
    assert_eq!(refusal(&text), "too_large");
}

#[test]
fn a_long_key_repeated() {
    let key = format!("? &k {}\n: 1\n", "x".repeat(30_000));
    assert_eq!(refusal(&key), "too_large");
    assert_eq!(
        refusal(&format!("{key}b:\n{}", "- *k :\n".repeat(4_000))),
        "too_large"
    );
}

#[test]
fn a_long_tag_repeated() {
    let directive = format!("%TAG !e! !{}\n---\n", "x".repeat(30_000));
    let loaded = answer(&format!("{directive}a:\n{}", "- !e!b c\n".repeat(3_000)));
    let root = loaded.root.expect("a map");
    let items = root.get("a").and_then(Node::as_seq).expect("a list");
    let longest = items.iter().filter_map(|item| item.tag.as_ref());
    assert_eq!(longest.map(|tag| tag.len()).max(), Some(64));
}

#[test]
fn brackets_without_end() {
    assert_eq!(refusal(&"[".repeat(200_000)), "too_large");
    assert_eq!(refusal(&"[".repeat(60_000)), "too_deep");
    assert_eq!(refusal(&"{a: ".repeat(15_000)), "too_deep");
    assert!(answer(&"a:\n- ".repeat(10_000)).root.is_some());
}

#[test]
fn deep_lists_and_maps() {
    assert_eq!(refusal(&"- ".repeat(30_000)), "too_deep");
    let mut map = String::new();
    for level in 0..300 {
        let _ = writeln!(map, "{}a:", " ".repeat(level));
    }
    assert_eq!(refusal(&map), "too_deep");
}

#[test]
fn depth_made_by_aliases() {
    let mut text = "l0: &l0 [x]\n".to_owned();
    for level in 1..200 {
        let _ = writeln!(text, "l{level}: &l{level} [*l{}]", level - 1);
    }
    assert_eq!(refusal(&text), "too_deep");
}

#[test]
fn aliases_of_themselves() {
    assert_eq!(refusal("a: &a [*a]"), "recursive_alias");
    assert_eq!(refusal("a: &a {b: {<<: *a}}"), "recursive_alias");
    assert_eq!(refusal("&a a: *a\nb: &b {c: [*b]}"), "recursive_alias");
}

#[test]
fn merges_of_merges() {
    let mut text = "l0: &l0 {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}\n".to_owned();
    for level in 1..60 {
        let aliases = vec![format!("*l{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "l{level}: &l{level} {{<<: [{aliases}]}}");
    }
    assert_eq!(refusal(&text), "too_many_nodes");
}

#[test]
fn many_merges_of_a_wide_map() {
    let mut text = "a: &a\n".to_owned();
    for key in 0..2_000 {
        let _ = writeln!(text, "  k{key}: 1");
    }
    text.push_str("b:\n");
    text.push_str(&"  <<: *a\n".repeat(3_000));
    assert_eq!(refusal(&text), "too_many_nodes");
}

#[test]
fn many_keys_and_many_duplicates() {
    let mut text = String::new();
    for key in 0..8_000 {
        let _ = writeln!(text, "k{}:", key % 4_000);
    }
    let loaded = answer(&text);
    assert_eq!(loaded.diagnostics.len(), 4_000);
    assert!(loaded.root.is_some());
    let loaded = answer(&"a:\n".repeat(20_000));
    assert_eq!(loaded.diagnostics.len(), 1);
    assert_eq!(loaded.diagnostics[0].related.len(), 5);
}

#[test]
fn long_lists() {
    assert_eq!(refusal(&"- a\n".repeat(200_000)), "too_large");
    assert!(
        answer(&format!("a:\n{}", "- a\n".repeat(16_000)))
            .root
            .is_some()
    );
}

#[test]
fn ten_megabytes() {
    assert_eq!(refusal(&"a: 1\n".repeat(2_000_000)), "too_large");
}

#[test]
fn bytes_that_are_no_text() {
    assert_eq!(refusal("a: 1\0"), "invalid_character");
    let utf16: Vec<u8> = "a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        refusal(&String::from_utf8_lossy(&utf16)),
        "invalid_character"
    );
    assert_eq!(refusal("a: \u{1b}[31m"), "invalid_character");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let loaded = answer("\u{feff}script: make");
    assert_eq!(loaded.diagnostics, []);
    assert!(loaded.root.is_some_and(|root| root.get("script").is_some()));
}

#[test]
fn foreign_tags_make_nothing() {
    let loaded = answer("a: !!python/object/apply:os.system [echo hi]");
    assert!(loaded.root.is_some());
}

#[test]
fn text_that_takes_many_attempts_to_mend() {
    assert_eq!(
        refusal(&format!("a: [{}", "\nb,".repeat(20_000))),
        "invalid_yaml"
    );
    assert_eq!(
        refusal(&format!("a: \"{}", "\nb".repeat(20_000))),
        "invalid_yaml"
    );
    let loaded = answer(&format!("a: \"{}\"", "\nb".repeat(20_000)));
    assert_eq!(
        loaded.diagnostics.len() + usize::from(loaded.root.is_some()),
        1
    );
    let spaces = " ".repeat(30_000);
    refusal(&format!("a:\n{spaces}b: [\nc,\nd"));
    refusal(&"a:\tb\nc:\td: e\n".repeat(4_000));
    refusal(&format!("a: [{}", "\n\t*b".repeat(10_000)));
}

#[test]
fn quotes_comments_and_blocks_without_end() {
    refusal(&format!("a: {}", "\"".repeat(60_001)));
    refusal(&format!("a: {}", "'".repeat(60_001)));
    answer(&format!("a: |{}", "\n ".repeat(30_000)));
    answer(&format!("a: >{}", "\n x\n\n".repeat(12_000)));
    answer(&"#".repeat(60_000));
    answer(&"#\n".repeat(30_000));
    answer(&"\n".repeat(60_000));
    answer(&"? ".repeat(30_000));
    answer(&"a: &a\n".repeat(10_000));
    answer(&"!a ".repeat(20_000));
    answer(&"%TAG ! !\n".repeat(7_000));
    answer(&"--- \n".repeat(12_000));
    answer(&"a: *b\n".repeat(10_000));
    answer(&"x ".repeat(30_000));
    answer(&format!("{}: b", "x".repeat(60_000)));
    answer(&format!("a: {}", ": ".repeat(30_000)));
}
