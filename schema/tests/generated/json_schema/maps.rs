//! Maps: their keys, and what tells several of them apart.

use std::collections::BTreeSet;

use schema::reference::{Custom, Detect, Key, MapType, Type};
use serde_json::{Map, Value, json};

use super::definitions::Definitions;
use super::forms::Forms;
use crate::describe;

/// How many keys a map has that gets a definition of its own.
const MANY: usize = 20;

/// The keywords for a map, or a reference to them.
fn shared(one: &MapType, definitions: &mut Definitions) -> Map<String, Value> {
    if one.keys.len() < MANY {
        return map(one, definitions);
    }
    definitions.path.push("keys");
    let keywords = map(one, definitions);
    let reference = definitions.refer(keywords);
    definitions.path.pop();
    reference
}

/// The keywords for a map.
pub(super) fn map(map: &MapType, definitions: &mut Definitions) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in &map.keys {
        let value = value(key, definitions);
        for alias in key.aliases {
            let mut other = value.clone();
            other.insert(
                "description".to_owned(),
                json!(format!("The same as `{}`.", key.name)),
            );
            other.insert("title".to_owned(), json!(alias));
            other.insert("doNotSuggest".to_owned(), json!(true));
            other.remove("examples");
            properties.entry(*alias).or_insert(Value::Object(other));
        }
        properties.insert(key.name.to_owned(), Value::Object(value));
    }
    let mut keywords = Map::new();
    if !properties.is_empty() {
        keywords.insert("properties".to_owned(), Value::Object(properties));
    }
    if let Some((names, ty)) = map.custom.as_ref().filter(|_| !map.strict) {
        definitions.path.push("value");
        let value = defined(ty, definitions);
        definitions.path.pop();
        keywords.insert("additionalProperties".to_owned(), Value::Object(value));
        if *names == Custom::Variable {
            let taken = json!({"^(?:global|jobs|matrix)": true});
            keywords.insert("patternProperties".to_owned(), taken);
        }
    }
    let required: Vec<Value> = map
        .required
        .iter()
        .map(|name| required(map, name))
        .collect();
    if !required.is_empty() {
        keywords.insert("allOf".to_owned(), Value::Array(required));
    }
    keywords
}

fn required(map: &MapType, name: &str) -> Value {
    let aliases = map.key(name).map(|key| key.aliases).unwrap_or_default();
    if aliases.is_empty() {
        return json!({"required": [name]});
    }
    let names = std::iter::once(name).chain(aliases.iter().copied());
    let ways: Vec<Value> = names.map(|name| json!({"required": [name]})).collect();
    json!({"anyOf": ways})
}

/// The value of a key, with what editors show of it.
fn value(key: &Key, definitions: &mut Definitions) -> Map<String, Value> {
    definitions.path.push(key.name);
    let mut value = defined(&key.ty, definitions);
    definitions.path.pop();
    value.insert("title".to_owned(), json!(key.name));
    value.insert(
        "description".to_owned(),
        json!(describe::sentences(key).join(" ")),
    );
    if let Some(why) = key.deprecated {
        value.insert("deprecated".to_owned(), json!(true));
        value.insert("deprecationMessage".to_owned(), json!(why));
    }
    if let Some(first) = describe::defaulted(&key.ty).and_then(|text| text.defaults.first()) {
        value.insert("default".to_owned(), json!(first.value));
    }
    value
}

/// A reference to the definition of a type.
fn defined(ty: &Type, definitions: &mut Definitions) -> Map<String, Value> {
    if let Some(known) = definitions.known(ty) {
        return known;
    }
    let keywords = Forms::of(ty).keywords(definitions);
    let reference = definitions.refer(keywords);
    definitions.learn(ty, &reference);
    reference
}

/// One of several maps: a sealed value, or the first map of which it has a key, else the last.
pub(super) fn one_of(
    maps: &[&MapType],
    secure: bool,
    definitions: &mut Definitions,
) -> Map<String, Value> {
    let first_of = first_of(maps, definitions);
    match (secure, maps.is_empty()) {
        (false, _) => first_of,
        (true, true) => {
            let mut sealed = sealed();
            sealed.insert("if".to_owned(), json!({"minProperties": 1}));
            sealed.insert("then".to_owned(), json!({"required": ["secure"]}));
            sealed
        }
        (true, false) => object(
            json!({"if": {"required": ["secure"], "maxProperties": 1}, "then": sealed(), "else": first_of}),
        ),
    }
}

fn first_of(maps: &[&MapType], definitions: &mut Definitions) -> Map<String, Value> {
    let Some((first, rest)) = maps.split_first() else {
        return Map::new();
    };
    let keywords = shared(first, definitions);
    if rest.is_empty() {
        return keywords;
    }
    let otherwise = first_of(rest, definitions);
    let mut then = keywords;
    // Other keys beside those of the first map go where the whole would have gone.
    if let (Some(prefix), Some(_)) = (first.prefix, otherwise.get("additionalProperties")) {
        let mut beside = otherwise.clone();
        let own = first.keys.iter().flat_map(all_names);
        let own = own.map(|name| (name.to_owned(), json!(true)));
        beside.insert("properties".to_owned(), Value::Object(own.collect()));
        then.extend(object(
            json!({"if": named(first, |key| key.name == prefix.key), "else": beside}),
        ));
    }
    object(json!({"if": named(first, |_| true), "then": then, "else": otherwise}))
}

/// What the keys of maps are called that have known keys only.
pub(super) fn names(maps: &[&MapType]) -> Value {
    let keys = maps.iter().flat_map(|map| &map.keys);
    let names = keys.flat_map(all_names);
    let names: BTreeSet<&str> = names.collect();
    let names: Vec<&str> = names.into_iter().collect();
    json!({"pattern": format!("^[_.]|^(?:{})$", names.join("|"))})
}

/// A key's name and its other names.
fn all_names(key: &Key) -> impl Iterator<Item = &'static str> {
    std::iter::once(key.name).chain(key.aliases.iter().copied())
}

/// Whether a map has one of the keys.
fn named(map: &MapType, which: impl Fn(&Key) -> bool) -> Value {
    let keys = map.keys.iter().filter(|key| which(key));
    let names = keys.flat_map(all_names);
    let ways: Vec<Value> = names.map(|name| json!({"required": [name]})).collect();
    json!({"anyOf": ways})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn sealed() -> Map<String, Value> {
    let value = json!({
        "type": ["string", "number", "boolean", "null", "array", "object"],
        "title": "secure",
        "description": "A value that `agent encrypt` has sealed.",
    });
    object(json!({"properties": {"secure": value}}))
}

/// One of several maps, told apart by the word of a key.
pub(super) fn detected(
    detect: &Detect,
    maps: &[&MapType],
    definitions: &mut Definitions,
) -> Map<String, Value> {
    let mut cases = Vec::new();
    let words = detect.words.iter().zip(maps);
    let words = words.filter_map(|(word, map)| Some(((*word)?, map)));
    let mut names = Vec::new();
    for (word, one) in words {
        names.push(word);
        definitions.path.push(word);
        let own = map(one, definitions);
        let own = definitions.refer(own);
        definitions.path.pop();
        let told = json!({"required": [detect.key], "properties": {detect.key: {"const": word}}});
        cases.push(json!({"if": told, "then": own}));
    }
    let mut which = maps
        .first()
        .and_then(|map| map.key(detect.key))
        .map(|key| json!({"title": key.name, "description": key.doc}))
        .unwrap_or_default();
    which["anyOf"] = json!([
        {"type": ["array", "null"], "prefixItems": [{"enum": names}]},
        {"enum": names},
    ]);
    object(json!({
        "properties": {detect.key: which},
        "required": [detect.key],
        "allOf": cases,
    }))
}
