//! What the tree keeps of a text, and what it refuses.

use super::*;
use proptest::prelude::*;

fn value<'a>(root: &'a Node, key: &str) -> &'a Node {
    let pairs = root.pairs().unwrap();
    &pairs
        .iter()
        .find(|pair| pair.key.text() == Some(key))
        .unwrap()
        .value
}

#[test]
fn places_are_bytes_even_behind_other_characters_and_a_byte_order_mark() {
    let text = "\u{feff}ä: é\r\nb: [ö, {x: 1} ]\r\n";
    let root = parse(text).unwrap().unwrap();
    let list = value(&root, "b");
    assert_eq!(&text[list.start..list.end], "[ö, {x: 1} ]");
}

#[test]
fn what_is_too_deep_or_too_large_for_a_config_is_not_read() {
    use schema::source::{FileId, Source};
    let deep = |levels| format!("a: {}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let long = |bytes| format!("a: {}", "b".repeat(bytes - 3));
    for (fits, beyond, refusal) in [
        (deep(MAX_DEPTH), deep(MAX_DEPTH + 1), "40 levels deep"),
        (long(MAX_BYTES), long(MAX_BYTES + 1), "larger than 64 kB"),
    ] {
        assert!(parse(&fits).is_ok());
        let error = parse(&beyond).unwrap_err().to_string();
        assert!(error.ends_with(refusal), "{error}");
        let read = |text: String| {
            let source = Source::new(".ci.yml", text);
            schema::yaml::load(&source, FileId(0), schema::Dialect::Ours).root
        };
        assert!(read(fits).is_some());
        assert!(read(beyond).is_none());
    }
}

#[test]
fn a_quoted_string_ends_at_its_quote() {
    for quoted in [r#""a # \" b""#, "'it''s'", "&x 'a'", "\"\""] {
        let text = format!("k: {quoted}  # not \"this\" or 'this'\nl: 1\n");
        let root = parse(&text).unwrap().unwrap();
        let value = value(&root, "k");
        assert_eq!(&text[value.start..value.end], quoted);
    }
}

#[test]
fn a_block_ends_where_its_last_part_ends() {
    let text = "a:\n  - x # c\n  - |\n    y\n\n\nb: 1\n";
    let root = parse(text).unwrap().unwrap();
    let list = value(&root, "a");
    assert!(text[..list.end].ends_with("    y"));
}

#[test]
fn what_is_no_single_document_is_refused() {
    assert!(parse("a: [\n").is_err());
    assert!(parse("a: 1\n---\nb: 1\n").is_err());
    assert!(parse(&"[".repeat(5_000)).is_err());
    assert!(parse(&"a".repeat(70_000)).is_err());
    assert!(parse("# nothing\n").unwrap().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]
    #[test]
    fn any_text_is_read_or_refused(text in "([-a:#\\[\\]{},&*!|>'\"? \n\t\r%@]|env|ä){0,60}") {
        let _ = parse(&text);
    }
}
