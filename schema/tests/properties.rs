//! What holds for any text whatever.
#![allow(missing_docs)]

use proptest::prelude::*;
use schema::diagnostic::render::{self, Options};
use schema::dialect::Dialect;
use schema::env_string;
use schema::source::{FileId, Source, Span};
use schema::yaml::{self, Node, Value};

/// Pieces that configs are made of, put together without sense.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a"),
        Just("key"),
        Just("ä"),
        Just("🦀"),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just(":"),
        Just(": "),
        Just("- "),
        Just("-"),
        Just("? "),
        Just("\n"),
        Just("\n  "),
        Just("\n    "),
        Just("\r\n"),
        Just("\r"),
        Just(" "),
        Just("\t"),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(","),
        Just("'"),
        Just("\""),
        Just("\\"),
        Just("|\n"),
        Just(">-\n"),
        Just("&x "),
        Just("*x"),
        Just("*y "),
        Just("<<: *x"),
        Just("!!str "),
        Just("!!binary "),
        Just("!<x> "),
        Just("!foo "),
        Just("# c\n"),
        Just("---\n"),
        Just("...\n"),
        Just("%YAML 1.1\n"),
        Just("%TAG ! x\n"),
        Just("12:30"),
        Just("1.10"),
        Just("~"),
        Just("yes"),
        Just("secure: "),
        Just("sec1.k.AAAABBBBCCCCDDDD"),
        Just("\0"),
        Just("\u{85}"),
        Just("\u{2028}"),
        Just("@"),
        Just("`"),
        Just("%"),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => yaml_like(),
        1 => any::<String>(),
        1 => prop::collection::vec(any::<u8>(), 0..200)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

fn assert_inside(text: &str, span: Span) {
    let range = span.start as usize..span.end as usize;
    assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
}

/// All places of a tree; that of an item lies in that of its list or map.
fn assert_places(text: &str, node: &Node) {
    assert_inside(text, node.span);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| assert_places(text, item)),
        Value::Map(map) => {
            for entry in &map.entries {
                assert_inside(text, entry.key.span);
                assert_places(text, &entry.value);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_loaded_or_refused_with_a_place(text in any_text()) {
        for dialect in [Dialect::Ours, Dialect::Reference] {
            let sources = [Source::new("x", text.as_str())];
            let loaded = yaml::load(&sources[0], FileId(0), dialect);
            if let Some(root) = &loaded.root {
                assert_places(&text, root);
            }
            prop_assert_eq!(
                loaded.root.is_none(),
                loaded.diagnostics.iter().any(|diagnostic| diagnostic.fatal)
            );
            for diagnostic in &loaded.diagnostics {
                assert_inside(&text, diagnostic.span);
                diagnostic.related.iter().for_each(|it| assert_inside(&text, it.span));
                prop_assert!(!diagnostic.message.is_empty());
            }
            let options = Options { color: false, width: 40 };
            let _ = render::terminal(&loaded.diagnostics, &sources, options);
            let _ = render::plain(&loaded.diagnostics, &sources);
            let _ = render::json(&loaded.diagnostics, &sources);
            let _ = render::github(&loaded.diagnostics, &sources);
        }
    }

    #[test]
    fn loading_is_the_same_every_time(text in yaml_like()) {
        let load = || yaml::load(&Source::new("x", text.as_str()), FileId(0), Dialect::Ours);
        prop_assert_eq!(load(), load());
    }

    #[test]
    fn plain_text_stays_as_written(value in "[a-zA-Z0-9_./+-]{1,20}") {
        prop_assume!(!value.starts_with('-') || value.len() > 1);
        prop_assume!(!value.starts_with("---") && !value.starts_with("..."));
        let text = format!("key: {value}\n");
        let loaded = yaml::load(&Source::new("x", text.as_str()), FileId(0), Dialect::Ours);
        let root = loaded.root.expect("a map");
        let scalar = root.get("key").and_then(Node::as_scalar).expect("a scalar");
        prop_assert_eq!(&scalar.text, &value);
        let span = root.get("key").expect("a value").span;
        prop_assert_eq!(&text[span.start as usize..span.end as usize], value);
    }

    #[test]
    fn any_place_can_be_rendered(text in any_text(), start in 0_u32..80, length in 0_u32..80) {
        let sources = [Source::new("x", text.as_str())];
        let mut span = Span::new(0, 0);
        span.start = start;
        span.end = start + length;
        let diagnostic = schema::diagnostic::Diagnostic::new(
            schema::diagnostic::Level::Error, "x", "root", text.clone(), span,
        ).with_label(text.clone()).with_suggestion(schema::diagnostic::Suggestion {
            span, replacement: text, safe: true,
        });
        let _ = render::terminal(std::slice::from_ref(&diagnostic), &sources, Options::default());
        let _ = render::json(&[diagnostic], &sources);
    }

    #[test]
    fn any_env_string_is_taken_apart_or_refused(text in env_like()) {
        for dialect in [Dialect::Ours, Dialect::Reference] {
            match env_string::parse(&text, dialect) {
                Ok(found) => {
                    let pairs = found.pairs.iter().map(|pair| &pair.range);
                    let words = found.leftovers.iter().map(|word| &word.range);
                    for range in pairs.chain(words) {
                        prop_assert!(text.get(range.clone()).is_some());
                    }
                }
                Err(unclosed) => {
                    let rest = text.get(unclosed.offset..).unwrap_or_default();
                    prop_assert!(rest.starts_with(unclosed.opener));
                }
            }
        }
    }

    #[test]
    fn values_put_together_are_taken_apart_again(values in prop::collection::vec(word(), 1..5)) {
        let text: Vec<_> = values.iter().map(|value| format!("A={value}")).collect();
        let found = env_string::parse(&text.join(" "), Dialect::Ours).expect("closed quotes");
        let got: Vec<_> = found.pairs.into_iter().map(|pair| pair.value).collect();
        prop_assert_eq!(got, values);
    }
}

fn env_like() -> impl Strategy<Value = String> {
    let pieces = [
        "A", "=", " ", "  ", "\t", "\n", "'", "\"", "`", "$(", ")", "${", "}", "\\", "#", ";", "$",
        "ä", "(", "x y", "export ", "\u{2003}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..25)
        .prop_map(|pieces| pieces.concat())
}

/// One word of shell.
fn word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z0-9/.:=-]{1,5}",
        "'[a-z \"$#;]{0,5}'",
        "\"[a-z '#;]{0,5}\"",
        "\\$\\([a-z ]{1,5}\\)",
        "\\$\\{[a-z]{1,5}\\}",
        "`[a-z ]{1,5}`",
        "\\\\[ ;a]",
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}
