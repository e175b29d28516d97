//! Parts of the schema that have a name, each once however often it is used.

use std::collections::{BTreeMap, HashMap};

use schema::reference::Type;
use serde_json::{Map, Value, json};

/// Stands for the definition that it is a part of.
pub(super) const ITSELF: &str = "#itself";

/// The definitions so far.
#[derive(Default)]
pub(super) struct Definitions {
    /// The keys that lead to what is being defined.
    pub(super) path: Vec<&'static str>,
    names: HashMap<String, String>,
    made: BTreeMap<String, Value>,
    /// References by the types of the table, which outlive this.
    by_type: HashMap<*const Type, Map<String, Value>>,
}

impl Definitions {
    /// The reference to the definition of a type that has been met before.
    pub(super) fn known(&self, ty: &Type) -> Option<Map<String, Value>> {
        self.by_type.get(&std::ptr::from_ref(ty)).cloned()
    }

    /// Remembers the reference to the definition of a type.
    pub(super) fn learn(&mut self, ty: &Type, reference: &Map<String, Value>) {
        self.by_type
            .insert(std::ptr::from_ref(ty), reference.clone());
    }

    /// A reference to a definition, named after the keys that lead to it.
    pub(super) fn refer(&mut self, definition: Map<String, Value>) -> Map<String, Value> {
        let definition = Value::Object(definition);
        let text = definition.to_string();
        let name = match self.names.get(&text) {
            Some(name) => name.clone(),
            None => {
                let name = self.free_name();
                let own = text.replace(ITSELF, &pointer(&name));
                let own = serde_json::from_str(&own).expect("what was JSON is JSON");
                self.made.insert(name.clone(), own);
                self.names.insert(text, name.clone());
                name
            }
        };
        let mut reference = Map::new();
        reference.insert("$ref".to_owned(), json!(pointer(&name)));
        reference
    }

    /// As few of the last keys as tell it apart from others, or a number.
    fn free_name(&self) -> String {
        let free = |name: &String| !self.made.contains_key(name);
        let parts = 1..=self.path.len();
        let mut names = parts.filter_map(|count| {
            let parts = self.path.get(self.path.len() - count..)?;
            Some(parts.join("."))
        });
        names.find(free).unwrap_or_else(|| {
            let base = self.path.join(".");
            let mut numbered = (2_u32..).map(|number| format!("{base}-{number}"));
            numbered.find(free).expect("numbers do not end")
        })
    }

    pub(super) fn into_json(self) -> Value {
        Value::Object(self.made.into_iter().collect())
    }
}

fn pointer(name: &str) -> String {
    format!("#/$defs/{name}")
}
