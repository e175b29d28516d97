//! Good configs with a few edits that make no sense: they are answered, and the answer can be shown,
//! in every dialect and form. Texts without any sense are in `properties.rs`.
#![allow(missing_docs)]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use schema::diagnostic::render::{self, Options};
use schema::request::Request;
use schema::source::Source;
use schema::{Dialect, Sources, compile};

/// The configs of the fixtures and the tour.
fn configs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = [
        ".ci.yml.example",
        "fixtures/plain/.ci.yml",
        "fixtures/thoughts/.ci.yml",
    ];
    let read = |name| fs::read_to_string(root.join(name)).expect("a config");
    names.map(read).to_vec()
}

/// One edit: a piece of the text is repeated elsewhere, left out, or replaced.
#[derive(Clone, Debug)]
enum Edit {
    Cut(usize, usize),
    Copy(usize, usize, usize),
    Insert(usize, &'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    const PIECES: &[&str] = &[
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        " ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "\"",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: *a",
        "!!str ",
        "#",
        "%",
        "~",
        "true",
        "1.10",
        "12:30",
        "secure: x",
        "if: (",
        "/",
        "ä",
        "\u{feff}",
        "env",
        "$(",
        "\\",
        "`",
    ];
    let at = 0_usize..4000;
    prop_oneof![
        (at.clone(), 1_usize..40).prop_map(|(at, length)| Edit::Cut(at, length)),
        (at.clone(), 1_usize..200, at.clone())
            .prop_map(|(at, length, to)| Edit::Copy(at, length, to)),
        (at, prop::sample::select(PIECES)).prop_map(|(at, piece)| Edit::Insert(at, piece)),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for edit in edits {
        let within = |at: usize| at % letters.len().max(1);
        match edit {
            Edit::Cut(at, length) => {
                let from = within(*at);
                let to = (from + length).min(letters.len());
                letters.drain(from..to);
            }
            Edit::Copy(at, length, to) => {
                let from = within(*at);
                let piece = letters.get(from..(from + length).min(letters.len()));
                let piece = piece.unwrap_or_default().to_vec();
                let to = within(*to);
                letters.splice(to..to, piece);
            }
            Edit::Insert(at, piece) => {
                let at = within(*at);
                letters.splice(at..at, piece.chars());
            }
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_config_is_answered_and_shown(
        text in prop::sample::select(configs()),
        edits in prop::collection::vec(edit(), 1..6),
        compat in any::<bool>(),
        reference in any::<bool>(),
    ) {
        let text = edited(&text, &edits);
        let mut sources = Sources::new(Source::new(".ci.yml", text.as_str()));
        sources.compat = compat;
        sources.dialect = if reference { Dialect::Reference } else { Dialect::Ours };
        let request = Request { branch: "main".into(), default_branch: "main".into(), ..Request::default() };
        let compiled = compile(&sources, &request);
        for found in &compiled.diagnostics {
            let place = text.get(found.span.start as usize..found.span.end as usize);
            prop_assert!(place.is_some(), "{found:?}");
        }
        let texts = sources.all();
        let shown = [
            render::terminal(&compiled.diagnostics, &texts, Options::default()),
            render::plain(&compiled.diagnostics, &texts),
            render::json(&compiled.diagnostics, &texts),
            render::github(&compiled.diagnostics, &texts),
        ];
        prop_assert!(shown.iter().all(|text| compiled.diagnostics.is_empty() || !text.is_empty()));
        prop_assert_eq!(compile(&sources, &request), compiled);
    }
}
