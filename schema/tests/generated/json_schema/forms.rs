//! All ways in which a value of a type may be written, by their kinds in JSON.

use std::sync::Arc;

use schema::reference::{Change, Detect, MapType, Shape, Type};
use serde_json::{Map, Value, json};

use super::definitions::{Definitions, ITSELF};
use super::maps;
use super::scalars::{ANY_TEXT, Scalars};

/// The forms of a value.
#[derive(Default)]
pub(super) struct Forms<'t> {
    /// Maps, the one that is tried first first.
    maps: Vec<&'t MapType>,
    /// Maps that a key tells apart.
    detected: Option<(&'t Detect, Vec<&'t MapType>)>,
    /// A sealed value.
    secure: bool,
    /// What items of a list are.
    items: Vec<&'t Arc<Type>>,
    /// Texts, numbers and booleans.
    scalars: Scalars<'t>,
    /// Whether a map may have known keys only.
    closed: bool,
    /// Whether a list holds words, folders and maps: `cache`.
    cache: bool,
}

impl<'t> Forms<'t> {
    /// The forms of a type.
    pub(super) fn of(ty: &'t Type) -> Self {
        let mut forms = Self::default();
        forms.add(ty);
        forms
    }

    fn add(&mut self, ty: &'t Type) {
        match &ty.shape {
            Shape::Any { of, detect: None } => self.add_any(of),
            Shape::Any {
                of,
                detect: Some(detect),
            } => self.add_detected(of, detect),
            Shape::Seq { of, env } => {
                self.items.push(of);
                self.scalars.assignments |= *env;
                self.add(of);
            }
            Shape::Map(map) => self.add_map(map),
            Shape::Str(text) => self.scalars.texts.push(text),
            Shape::Num { range } => {
                self.scalars.number = true;
                self.scalars.range = *range;
            }
            Shape::Bool { only: None } => self.scalars.boolean = true,
            Shape::Bool { only: Some(only) } => self.scalars.only = Some(*only),
            Shape::Secure { .. } => {
                self.secure = true;
                self.scalars.texts.push(ANY_TEXT);
            }
        }
    }

    /// Where there are normal forms, the others are ways to write them.
    fn add_any(&mut self, of: &'t [Arc<Type>]) {
        let normal = of.iter().any(|ty| ty.normal);
        let counting = of.iter().filter(|ty| ty.normal || !normal);
        let known = self.maps.len();
        counting.for_each(|ty| self.add(ty));
        // Without a normal form a map has to fit as it is.
        let mut added = self.maps.iter().skip(known);
        self.closed |= !normal && added.any(|map| map.strict && map.prefix.is_none());
    }

    fn add_map(&mut self, map: &'t MapType) {
        // A map without keys of its own takes all that others do not.
        if map.keys.is_empty() && self.maps.iter().any(|known| known.keys.is_empty()) {
            return;
        }
        self.maps.push(map);
        match map.change {
            Some(Change::Enable) => self.scalars.switch |= map.key("enabled").is_some(),
            Some(Change::Cache) => {
                self.cache = true;
                self.scalars.words = true;
            }
            _ => {}
        }
        let prefix = map.prefix.and_then(|by| Some((by, map.key(by.key)?)));
        match prefix {
            Some((by, key)) if by.text_only => {
                self.scalars.texts.extend(Forms::of(&key.ty).scalars.texts);
            }
            Some((_, key)) => self.add(&key.ty),
            None => {}
        }
    }

    fn add_detected(&mut self, of: &'t [Arc<Type>], detect: &'t Detect) {
        let mut maps = Vec::new();
        for ty in of {
            let forms = Forms::of(ty);
            maps.extend(forms.maps);
            self.scalars.texts.extend(forms.scalars.texts);
        }
        self.detected = Some((detect, maps));
    }

    /// The keywords for all forms together. Each keyword of JSON Schema speaks of one kind of value
    /// and lets the others pass, so forms of different kinds stand side by side, and a mistake is
    /// found at its own place rather than at that of an alternative.
    pub(super) fn keywords(&self, definitions: &mut Definitions) -> Map<String, Value> {
        let one = self.one(definitions);
        let mut keywords = one.clone();
        match self.items.first() {
            Some(of) => {
                definitions.path.push("items");
                keywords.insert("items".to_owned(), self.items_of(of, &one, definitions));
                definitions.path.pop();
            }
            None if self.cache => {
                keywords.insert("items".to_owned(), json!({"$ref": ITSELF}));
            }
            // The first item of a list counts where one value is wanted.
            None => {
                let first = first_item(&one, &self.maps);
                keywords.insert("prefixItems".to_owned(), json!([first]));
            }
        }
        let mut kinds = self.kinds();
        kinds.push("array");
        keywords.insert("type".to_owned(), json!(kinds));
        keywords
    }

    /// The keywords for a value that is no list.
    fn one(&self, definitions: &mut Definitions) -> Map<String, Value> {
        let mut keywords = self.scalars.keywords();
        if let Some((detect, maps)) = &self.detected {
            keywords.extend(maps::detected(detect, maps, definitions));
        } else {
            keywords.extend(maps::one_of(&self.maps, self.secure, definitions));
        }
        if !self.takes_maps() {
            // An empty map is as good as nothing.
            keywords.insert("additionalProperties".to_owned(), json!(false));
        } else if self.closed {
            keywords.insert("propertyNames".to_owned(), maps::names(&self.maps));
        }
        keywords.insert("type".to_owned(), json!(self.kinds()));
        keywords
    }

    fn takes_maps(&self) -> bool {
        self.secure || self.detected.is_some() || !self.maps.is_empty()
    }

    /// The kinds of values that are no lists.
    fn kinds(&self) -> Vec<&'static str> {
        let mut kinds = self.scalars.kinds();
        kinds.extend(["object", "null"]);
        kinds
    }

    /// What items of a list are; lists in lists count as one list.
    fn items_of(
        &self,
        of: &Type,
        list: &Map<String, Value>,
        definitions: &mut Definitions,
    ) -> Value {
        let mut forms = Forms::of(of);
        forms.scalars.assignments = self.scalars.assignments;
        let mut item = forms.one(definitions);
        if item == *list {
            return json!({"$ref": ITSELF});
        }
        let mut kinds = forms.kinds();
        kinds.push("array");
        item.insert("type".to_owned(), json!(kinds));
        item.insert("items".to_owned(), json!({"$ref": ITSELF}));
        Value::Object(definitions.refer(item))
    }
}

/// A map in a list must have known keys only to be taken for what is wanted.
fn first_item(one: &Map<String, Value>, maps: &[&MapType]) -> Value {
    if one
        .keys()
        .all(|keyword| ["type", "additionalProperties"].contains(&keyword.as_str()))
    {
        return Value::Object(one.clone());
    }
    let mut first = json!({"$ref": ITSELF, "type": one.get("type")});
    if maps.iter().all(|map| map.strict) && !maps.is_empty() {
        first["propertyNames"] = maps::names(maps);
    }
    first
}
