//! Good configs with a few edits that make no sense: they are answered, and the answer can be shown,
//! in every dialect and form. Texts without any sense are in `properties.rs`.
#![allow(missing_docs)]

mod edits;

use std::fs;
use std::path::Path;

use edits::{edit, edited};

use proptest::prelude::*;
use schema::diagnostic::render::{self, Options};
use schema::request::Request;
use schema::source::Source;
use schema::{Dialect, Sources, compile, fix, migrate};

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

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_config_is_mended_and_migrated_or_refused(
        text in prop::sample::select(configs()),
        edits in prop::collection::vec(edit(), 1..4),
    ) {
        let text = edited(&text, &edits);
        let source = Source::new(".travis.yml", text.as_str());
        let once = fix(&Sources::new(source.clone()));
        let again = fix(&Sources::new(Source::new(".travis.yml", once.text.as_str())));
        prop_assert_eq!(&again.text, &once.text);
        match migrate(&source) {
            Ok(migration) => {
                let lines = migration.text.split('\n').count();
                prop_assert!(migration.notes.iter().all(|note| (1..=lines).contains(&note.line)));
            }
            Err(found) => prop_assert!(found.iter().any(|found| found.fatal)),
        }
    }
}
