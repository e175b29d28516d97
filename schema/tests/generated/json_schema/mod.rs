//! The table as a JSON Schema: what a config may hold as people write it, with other names of keys,
//! short forms, and lists where one value is wanted.
//!
//! It takes what `agent validate` has no error for. Keys that nobody knows are warned of only, so
//! they are taken too; misspelled words, which `agent validate` mends, are not.

mod definitions;
mod forms;
mod maps;
mod scalars;

use schema::reference::{Extras, table};
use serde_json::{Value, json};

use definitions::Definitions;

use crate::checked_in::check;

/// The schema of `.ci.yml`.
pub(crate) fn generated() -> Value {
    let mut definitions = Definitions::default();
    let root = table(Extras::With).as_map().expect("a map");
    let mut schema = maps::map(root, &mut definitions);
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert(
        "$comment".to_owned(),
        json!("Generated from schema/src/reference; see schema/tests/generated."),
    );
    schema.insert("title".to_owned(), json!(".ci.yml"));
    schema.insert(
        "description".to_owned(),
        json!("The build of a repository: what runs, where, and when."),
    );
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("$defs".to_owned(), definitions.into_json());
    Value::Object(schema)
}

#[test]
fn the_json_schema_is_that_of_the_table() {
    let text = serde_json::to_string_pretty(&generated()).expect("JSON");
    check("schema/ci.schema.json", &(text + "\n"));
}
