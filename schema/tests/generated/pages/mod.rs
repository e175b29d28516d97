//! The table as pages: `docs/reference/`, one page an area, with an example of each key that the
//! language's own checks find nothing wrong with.

mod areas;
mod examples;
mod page;
mod values;

use areas::{AREAS, Area};
use schema::Dialect;
use schema::diagnostic::{Diagnostic, Level};
use schema::normalise::{Reading, normalise};
use schema::reference::{Extras, Key, MapType, table};
use schema::source::{FileId, Source};
use schema::yaml::load;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::checked_in::check;

/// The keys of a config.
fn root() -> &'static MapType {
    table(Extras::With).as_map().expect("a map")
}

/// The keys of an area, in their order.
fn keys(area: &Area) -> Vec<&'static Key> {
    area.keys
        .iter()
        .map(|name| root().key(name).unwrap_or_else(|| panic!("no key {name}")))
        .chain(of_languages(area))
        .collect()
}

fn of_languages(area: &Area) -> impl Iterator<Item = &'static Key> {
    let named = |key: &&Key| AREAS.iter().any(|area| area.keys.contains(&key.name));
    let languages = area.file == "languages.md";
    root()
        .keys
        .iter()
        .filter(move |key| languages && key.support.only.is_some() && !named(key))
}

#[test]
fn each_key_is_on_one_page() {
    let mut seen = BTreeSet::new();
    for key in AREAS.iter().flat_map(keys) {
        assert!(seen.insert(key.name), "{} is on two pages", key.name);
    }
    let absent: Vec<_> = root()
        .keys
        .iter()
        .map(|key| key.name)
        .filter(|name| !seen.contains(name))
        .collect();
    assert!(absent.is_empty(), "on no page: {absent:?}; see areas.rs");
}

#[test]
fn the_pages_are_those_of_the_table() {
    for area in AREAS {
        check(
            &format!("docs/reference/{}", area.file),
            &page::page(area, &keys(area)),
        );
    }
    check("docs/reference/providers.md", &page::providers());
    check("docs/reference/README.md", &index());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference");
    let pages = fs::read_dir(folder).expect("a folder").count();
    assert_eq!(pages, AREAS.len() + 2, "a page that is no longer made");
}

/// Nothing is found wrong with a config but that a key is deprecated or idle.
fn is_fine(config: &str) {
    let source = Source::new(".ci.yml", config);
    let loaded = load(&source, FileId(0), Dialect::Ours);
    let root = loaded
        .root
        .unwrap_or_else(|| panic!("{config}{:?}", loaded.diagnostics));
    let reading = Reading {
        dialect: Dialect::Ours,
        compat: false,
    };
    let (_, found) = normalise(root, &[&source], reading);
    // What nothing comes of yet is right all the same.
    let right = |code: &str| matches!(code, "deprecated_key" | "not_yet");
    let wrong = |found: &&Diagnostic| found.level != Level::Info && !right(found.code);
    let wrong: Vec<_> = found
        .iter()
        .filter(wrong)
        .map(|found| (&found.key, &found.message))
        .collect();
    assert!(wrong.is_empty(), "{config}{wrong:#?}");
}

#[test]
fn every_example_is_fine() {
    let mut seen = 0;
    for (path, key) in AREAS
        .iter()
        .flat_map(keys)
        .flat_map(|key| page::all(&[], key))
    {
        let lines = examples::nested(&path, key);
        is_fine(&(lines.join("\n") + "\n"));
        seen += 1;
    }
    for (name, map) in page::provider_maps() {
        for key in page::own_options(map) {
            let needed = map.required.iter().filter_map(|name| map.key(name));
            let keys = needed
                .filter(|needed| !["provider", key.name].contains(&needed.name))
                .chain([key]);
            let lines = keys.flat_map(|key| examples::lines(&["deploy", name], key));
            let lines: String = lines.map(|line| format!("  {line}\n")).collect();
            is_fine(&format!("deploy:\n  provider: {name}\n{lines}"));
            seen += 1;
        }
    }
    assert!(seen > 700, "{seen}");
}

fn index() -> String {
    let mut text = format!(
        "{}# The language of `.ci.yml`\n\n\
         Every key, generated from the table in [schema/src/reference](../../schema/src/reference); \
         `.travis.yml` knows all but those of [decision 8](../compat.md#8-additions). Editors read the same \
         table as a JSON Schema: [editors.md](../editors.md). [conditions.md](../conditions.md) has \
         the language of `if:`, [.ci.yml.example](../../.ci.yml.example) is a tour.\n\n\
         | page | keys |\n|---|---|\n",
        page::GENERATED
    );
    for area in AREAS {
        let names: Vec<String> = keys(area)
            .iter()
            .map(|key| format!("[`{0}`]({1}#{0})", key.name, area.file))
            .collect();
        let _ = writeln!(
            text,
            "| [{}]({}) | {} |",
            area.title,
            area.file,
            names.join(", ")
        );
    }
    let names: Vec<String> = page::provider_maps()
        .iter()
        .map(|(name, _)| format!("[`{name}`](providers.md#{name})"))
        .collect();
    let _ = writeln!(
        text,
        "| [Deploy providers](providers.md) | {} |",
        names.join(", ")
    );
    text
}
