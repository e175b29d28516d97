//! `ci.schema.json` on the shared conformance cases: it takes what the reference has no error for,
//! and refuses a wrong value where it stands.
#![allow(missing_docs, clippy::print_stdout)]

mod conformance_folder;

use conformance_folder::rows;
use jsonschema::Validator;
use schema::diagnostic::{Diagnostic, Level};
use schema::normalise::{Reading, normalise};
use schema::reference::{Extras, MapType, Shape, Type, table};
use schema::source::{FileId, Source};
use schema::yaml::{Node, Resolved, Value, load};
use schema::{Dialect, Sources, fix};
use serde_json::{Value as Json, json};

fn validator() -> Validator {
    let schema = serde_json::from_str(schema::JSON_SCHEMA).expect("JSON");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

/// A case as written and in its normal form, with what is said of it.
struct Case {
    id: String,
    source: Source,
    written: Json,
    normal: Json,
    diagnostics: Vec<Diagnostic>,
}

/// The cases of the files that can be read at all.
fn cases(files: &[&str]) -> Vec<Case> {
    let reading = Reading {
        dialect: Dialect::Reference,
        compat: true,
    };
    let case = |row: Json| {
        let source = Source::new(".travis.yml", row["yaml"].as_str()?);
        let loaded = load(&source, FileId(0), Dialect::Ours);
        let written = json(&loaded.root?);
        let loaded = load(&source, FileId(0), reading.dialect);
        let (config, diagnostics) = normalise(loaded.root?, &[&source], reading);
        let said = loaded.diagnostics.into_iter().chain(diagnostics);
        Some(Case {
            id: row["id"].to_string(),
            source,
            written,
            normal: json(&config),
            diagnostics: said.collect(),
        })
    };
    rows(files).into_iter().filter_map(case).collect()
}

/// A case as `agent validate --fix` leaves it.
fn fixed(case: &Case) -> Json {
    let text = fix(&Sources::new(case.source.clone())).text;
    let loaded = load(&Source::new(".travis.yml", text), FileId(0), Dialect::Ours);
    json(&loaded.root.expect("what is mended can be read"))
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Seq(items) => items.iter().map(json).collect(),
        Value::Map(map) => {
            let pairs = map.entries.iter();
            Json::Object(
                pairs
                    .map(|pair| (pair.key.text.clone(), json(&pair.value)))
                    .collect(),
            )
        }
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => Json::Null,
            Resolved::Bool(value) => json!(value),
            Resolved::Int(value) => json!(value),
            Resolved::Str => json!(scalar.text),
        },
    }
}

/// Where a value is refused, as keys in their own names, without the positions of items.
fn refused(validator: &Validator, value: &Json) -> Vec<Vec<String>> {
    let errors = validator.iter_errors(value);
    let path = |path: String| {
        let parts = path.split('/').skip(1);
        let keys = parts.filter(|part| part.parse::<usize>().is_err());
        named(table(Extras::Without), keys.collect())
    };
    errors
        .map(|error| path(error.instance_path().to_string()))
        .collect()
}

/// Keys below a type in their own names.
fn named(ty: &Type, keys: Vec<&str>) -> Vec<String> {
    let mut maps = Vec::new();
    collect(ty, &mut maps);
    let mut names = Vec::new();
    for key in keys {
        let alias = maps.iter().find_map(|map| map.alias(key));
        let known = maps.iter().any(|map| map.key(key).is_some());
        let name = if known { key } else { alias.unwrap_or(key) };
        let below = std::mem::take(&mut maps);
        for key in below.iter().filter_map(|map| map.key(name)) {
            collect(&key.ty, &mut maps);
        }
        names.push(name.to_owned());
    }
    names
}

/// The maps that a value of a type may be, those whose key is left out too.
fn collect<'t>(ty: &'t Type, maps: &mut Vec<&'t MapType>) {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().for_each(|ty| collect(ty, maps)),
        Shape::Seq { of, .. } => collect(of, maps),
        Shape::Map(map) => {
            maps.push(map);
            let prefix = map.prefix.and_then(|prefix| map.key(prefix.key));
            if let Some(key) = prefix {
                collect(&key.ty, maps);
            }
        }
        _ => {}
    }
}

/// Whether a value is refused where a message stands, or within that value. A key that was left out
/// is not in the path.
fn stands(path: &[String], message: &str) -> bool {
    let keys: Vec<&str> = message.split('.').collect();
    let path = path.get(..keys.len()).unwrap_or(path);
    let one_less = |left: usize| {
        let keys = keys.iter().enumerate().filter(|(at, _)| *at != left);
        keys.map(|(_, key)| *key).eq(path)
    };
    keys == path || (!path.is_empty() && (0..keys.len()).any(one_less))
}

/// A share in per cent.
#[expect(clippy::cast_precision_loss, reason = "files have thousands of rows")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// What is taken of a file's configs without an error: as written, and with misspelled words mended.
/// As written, words that `agent validate` warns of and mends are refused.
fn taken(file: &str, floors: (f64, f64)) {
    let validator = validator();
    let (mut as_written, mut mended, mut count) = (0, 0, 0);
    let mut refused = Vec::new();
    for case in cases(&[file]) {
        if case
            .diagnostics
            .iter()
            .any(|found| found.level == Level::Error)
        {
            continue;
        }
        count += 1;
        as_written += usize::from(validator.is_valid(&case.written));
        if validator.is_valid(&case.normal) {
            mended += 1;
            continue;
        }
        refused.extend(validator.iter_errors(&case.normal).map(|error| {
            format!(
                "{} at {}: {:.200}",
                case.id,
                error.instance_path(),
                error.to_string()
            )
        }));
    }
    println!("{file}: {as_written} of {count} taken as written, {mended} mended");
    assert!(
        percent(as_written, count) >= floors.0 || count == 0,
        "{file}: too few as written"
    );
    assert!(
        percent(mended, count) >= floors.1 || count == 0,
        "{file}: {refused:#?}"
    );
}

#[test]
fn configs_without_an_error_are_taken() {
    // The reference does not know `git.clone`, and so not what is wrong with it.
    taken("configs.jsonl.gz", (99.7, 99.95));
    taken("matrix.jsonl", (99.5, 100.0));
    taken("normalise.jsonl", (99.0, 100.0));
}

#[test]
fn strange_configs_without_an_error_are_taken() {
    // The reference does not know `timeout`, and so not what is wrong with it.
    taken("mutants.jsonl.gz", (94.0, 99.5));
    taken("tricky.jsonl", (94.0, 100.0));
}

#[test]
fn wrong_values_are_refused_where_they_stand() {
    let validator = validator();
    let (mut as_written, mut mended, mut count) = (0, 0, 0);
    for case in cases(&["mutants.jsonl.gz"]) {
        let wrong = case.diagnostics.iter().filter(|found| {
            found.level == Level::Error && matches!(found.code, "invalid_type" | "unknown_value")
        });
        let wrong: Vec<_> = wrong.map(|found| found.key.as_str()).collect();
        if wrong.is_empty() {
            continue;
        }
        let written = refused(&validator, &case.written);
        let mut normal = refused(&validator, &case.normal);
        normal.extend(refused(&validator, &fixed(&case)));
        for message in wrong {
            let at = |paths: &[Vec<String>]| paths.iter().any(|path| stands(path, message));
            count += 1;
            as_written += usize::from(at(&written));
            mended += usize::from(at(&written) || at(&normal));
        }
    }
    println!("refused in their place: {as_written} of {count} as written, {mended} mended");
    assert!(percent(as_written, count) >= 90.0 || count == 0);
    assert!(percent(mended, count) >= 96.0 || count == 0);
}
