//! `agent schema`.

use super::Desk;

#[test]
fn the_schema_is_json_that_knows_the_keys() {
    let said = Desk::bare().agent(&["schema"]);
    assert_eq!((said.exit, said.err.as_str()), (0, ""));
    let schema: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(schema["properties"]["language"]["description"].is_string());
}
