//! The YAML layer keeps what was written (language reference §1, decisions 2 and 9).
#![allow(missing_docs)]

use schema::dialect::Dialect;
use schema::source::{FileId, Source, Span};
use schema::yaml::{self, Loaded, Node, Resolved, Style, Value};

fn load_as(text: &str, dialect: Dialect) -> Loaded {
    yaml::load(&Source::new(".ci.yml", text), FileId(0), dialect)
}

fn load(text: &str) -> Loaded {
    load_as(text, Dialect::Ours)
}

/// The tree of a text that nothing is to be said about.
fn tree(text: &str) -> Node {
    let loaded = load(text);
    assert_eq!(loaded.diagnostics, []);
    loaded.root.expect("a map")
}

/// A tree in short: texts, `[a, b]`, `{a: b}`.
fn short(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) => scalar.text.clone(),
        Value::Seq(items) => {
            let items: Vec<_> = items.iter().map(short).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entries = map.entries.iter();
            let entries: Vec<_> = entries
                .map(|entry| format!("{}: {}", entry.key.text, short(&entry.value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn read(text: &str) -> String {
    short(&tree(text))
}

fn written(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

#[test]
fn scalars_keep_their_text() {
    let text = "a: 3.10\nb: 010\nc: 12:30\nd: 1_000\ne: 1e3\nf: yes\ng: Yes\nh: :x\ni: 2019-01-02";
    assert_eq!(
        read(text),
        "{a: 3.10, b: 010, c: 12:30, d: 1_000, e: 1e3, f: yes, g: Yes, h: :x, i: 2019-01-02}"
    );
}

#[test]
fn quoted_and_block_text_is_never_a_number() {
    let root = tree("a: '10'\nb: \"true\"\nc: |\n  10\nd: >-\n  10\ne: 10");
    let resolved = |key| {
        let scalar = root.get(key).and_then(Node::as_scalar).expect("a scalar");
        (scalar.style, scalar.resolved)
    };
    assert_eq!(resolved("a"), (Style::Quoted, Resolved::Str));
    assert_eq!(resolved("b"), (Style::Quoted, Resolved::Str));
    assert_eq!(resolved("c"), (Style::Block, Resolved::Str));
    assert_eq!(resolved("d"), (Style::Block, Resolved::Str));
    assert_eq!(resolved("e"), (Style::Plain, Resolved::Int(10)));
}

#[test]
fn utf8_is_kept() {
    assert_eq!(read("ключ: 🦀 ä"), "{ключ: 🦀 ä}");
    let reference = load_as("a: xä", Dialect::Reference);
    assert_eq!(
        reference.root.as_ref().map(short),
        Some("{a: x}".to_owned())
    );
}

#[test]
fn keys_are_text_less_one_colon() {
    assert_eq!(
        read("true: a\n1.5: b\non: c\n:d: e\n~: f\n'g h': i"),
        "{true: a, 1.5: b, on: c, d: e, ~: f, g h: i}"
    );
}

#[test]
fn places_are_those_in_the_file() {
    let text =
        "\n\n  ä: &x [1, 'zwei']\n  b:\n    - !!str 3\n    - *x\n    - |\n      text\n  c:\n";
    let root = tree(text);
    let of = |node: Option<&Node>| written(text, node.expect("a node").span).to_owned();
    let items = |key| root.get(key).and_then(Node::as_seq).expect("a list");
    assert_eq!(of(root.get("ä")), "[1, 'zwei']");
    assert_eq!(of(items("ä").get(1)), "'zwei'");
    assert_eq!(of(items("b").first()), "3");
    assert_eq!(of(items("b").get(1)), "*x");
    assert_eq!(of(items("b").get(2)), "text");
    assert_eq!(
        of(root.get("b")),
        "- !!str 3\n    - *x\n    - |\n      text"
    );
    assert_eq!(of(root.get("c")), "");
    assert_eq!(
        root.get("c").map(|node| node.span.start as usize),
        Some(text.len() - 1)
    );
    let key = root.as_map().and_then(|map| map.entry("b")).expect("b");
    assert_eq!(written(text, key.key.span), "b");
}

#[test]
fn the_first_document_counts() {
    let loaded = load("---\na: b\n---\nc: d\n");
    assert_eq!(loaded.root.as_ref().map(short), Some("{a: b}".to_owned()));
    assert_eq!(loaded.diagnostics[0].code, "ignored_document");
    assert_eq!(read("a: b\n...\n"), "{a: b}");
    assert_eq!(read("a: b\n---\n"), "{a: b}");
}

#[test]
fn nothing_is_an_empty_map() {
    for text in ["", " \n\n", "~", "false", "# only words\n", "---\n", "{}"] {
        assert_eq!(read(text), "{}", "{text:?}");
    }
}

#[test]
fn the_last_of_equal_keys_wins_at_the_first_ones_place() {
    let text = "a: 1\nb: 2\na: 3\n";
    let loaded = load(text);
    let root = loaded.root.expect("a map");
    assert_eq!(short(&root), "{a: 3, b: 2}");
    let entry = root.as_map().and_then(|map| map.entry("a")).expect("a");
    assert_eq!(entry.key.span.start, 0);
    assert_eq!(entry.value.span.start, 13);
    let diagnostic = &loaded.diagnostics[0];
    assert_eq!(
        (diagnostic.code, diagnostic.fatal),
        ("duplicate_key", false)
    );
    assert_eq!(
        (diagnostic.span.start, diagnostic.related[0].span.start),
        (10, 0)
    );
}

#[test]
fn equal_keys_are_reported_once_for_each_map() {
    let text = "x: &x\n  a: 1\n  a: 2\n  a: 3\ny: *x\nz:\n  - {b: 1, b: 2, c: 1, c: 2}\n";
    let loaded = load(text);
    let said: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.key.as_str(), diagnostic.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("x", "The key `a` is there 3 times"),
            ("z", "The key `b` is there twice"),
            ("z", "The key `c` is there twice"),
        ]
    );
}

#[test]
fn aliases_stand_for_their_anchors() {
    let text = "a: &a {b: &b [1]}\nc: *a\nd: *b\n&k e: f\n*k : g\n";
    let loaded = load(text);
    let root = loaded.root.expect("a map");
    assert_eq!(short(&root), "{a: {b: [1]}, c: {b: [1]}, d: [1], e: g}");
    assert!(root.get("a").is_some_and(|node| node.anchored));
    assert!(root.get("c").is_some_and(|node| !node.anchored));
}

#[test]
fn an_anchor_can_be_set_anew() {
    assert_eq!(
        read("a: &x 1\nb: *x\nc: &x 2\nd: *x"),
        "{a: 1, b: 1, c: 2, d: 2}"
    );
}

#[test]
fn an_unknown_alias_is_fatal_and_null_in_the_reference() {
    let text = "a: *nope\nb: [*no, c]";
    let loaded = load(text);
    assert_eq!(loaded.root, None);
    assert_eq!(loaded.diagnostics[0].code, "unknown_alias");
    assert_eq!(written(text, loaded.diagnostics[0].span), "*nope");
    let root = load_as(text, Dialect::Reference).root.expect("a map");
    assert!(root.get("a").is_some_and(Node::is_null));
    assert_eq!(short(&root), "{a: , b: [, c]}");
}

#[test]
fn merges_apply_at_their_position() {
    let anchors = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\n";
    for (map, expected) in [
        ("{<<: *x, a: 9}", "{a: 9, b: 1}"),
        ("{a: 9, <<: *x}", "{a: 1, b: 1}"),
        ("{<<: [*x, *y]}", "{b: 1, c: 2, a: 1}"),
        ("{<<: *x, <<: *y}", "{a: 1, b: 2, c: 2}"),
        ("{<<: {d: 4}}", "{d: 4}"),
        ("{<<: text, e: 5}", "{<<: text, e: 5}"),
        ("{<<: [text]}", "{<<: [text]}"),
        ("{!!str <<: *x}", "{<<: {a: 1, b: 1}}"),
    ] {
        let root = tree(&format!("{anchors}z: {map}"));
        assert_eq!(root.get("z").map(short), Some(expected.to_owned()), "{map}");
    }
}

#[test]
fn tags_are_kept_for_those_who_ask() {
    let root = tree("a: !map+deep_merge {b: c}\nd: !seq+append [e]\nf: !!str 010\ng: !x h");
    let tag = |key| root.get(key).and_then(|node| node.tag.as_deref());
    assert_eq!(tag("a"), Some("!map+deep_merge"));
    assert_eq!(tag("d"), Some("!seq+append"));
    assert_eq!(tag("f"), Some("tag:yaml.org,2002:str"));
    assert_eq!(tag("g"), Some("!x"));
    assert_eq!(short(&root), "{a: {b: c}, d: [e], f: 010, g: h}");
}

#[test]
fn what_is_no_map_is_refused() {
    for text in ["- a", "text", "12", "true", "? [a]\n: b", "? {a: b}\n: c"] {
        let loaded = load(text);
        assert_eq!(loaded.root, None, "{text}");
        assert!(loaded.diagnostics[0].fatal, "{text}");
    }
}

#[test]
fn lines_may_end_as_on_other_systems() {
    assert_eq!(read("a: b\r\nc:\r\n  - d\r\n"), "{a: b, c: [d]}");
}

#[test]
fn budgets_are_named() {
    let loaded = load(&format!("a: {}", "x".repeat(70_000)));
    assert!(loaded.diagnostics[0].message.contains("64 kB"));
}
