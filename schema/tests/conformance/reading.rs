//! What the rows of configs give: their texts, merged, and the facts of their event.

use crate::harness::Row;
use schema::condition::{Attribute, Data, Value};
use schema::diagnostic::Diagnostic;
use schema::dialect::Dialect;
use schema::import::{Mode, merge};
use schema::matrix::Facts;
use schema::source::{FileId, Source};
use schema::yaml::{Node, load};
use serde_json::Value as Json;

/// The texts of a row: one, or several of which the first has precedence, each with the mode in
/// which it is merged below those before it.
pub(crate) fn texts(row: &Row) -> Vec<(Source, Mode)> {
    let Some(parts) = row.field("parts").as_array() else {
        return vec![(
            Source::new(".travis.yml", row.text("yaml")),
            Mode::default(),
        )];
    };
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mode = |part: &Json, side: &str| Mode::from_name(part["merge_modes"][side].as_str()?);
    let mut above = None;
    let mut texts = Vec::new();
    for part in parts {
        let source = Source::new(text(&part["src"]), text(&part["str"]));
        // A part can say how it goes below what is above, or how what is below goes under it.
        let mode_of_both = mode(part, "lft").or(above).unwrap_or_default();
        above = mode(part, "rgt");
        texts.push((source, mode_of_both));
    }
    texts
}

/// What became of all texts together.
pub(crate) struct Loaded {
    pub(crate) root: Option<Node>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Blank lines before the first text of the first file.
    pub(crate) skipped_lines: usize,
}

pub(crate) fn loaded(texts: &[(Source, Mode)], dialect: Dialect) -> Loaded {
    let mut all = Loaded {
        root: None,
        diagnostics: Vec::new(),
        skipped_lines: 0,
    };
    for (at, (source, mode)) in texts.iter().enumerate() {
        let file = FileId(u16::try_from(at).expect("few files"));
        let part = load(source, file, dialect);
        all.diagnostics.extend(part.diagnostics);
        all.root = match (all.root, part.root) {
            (Some(higher), Some(lower)) => Some(merge(higher, lower, *mode)),
            (None, root) if at == 0 => root,
            _ => return Loaded { root: None, ..all },
        };
        if at == 0 {
            all.skipped_lines = part.skipped_lines;
        }
    }
    all
}

/// The facts of an event as the cases give them; none means that nothing is filtered.
pub(crate) fn facts(data: &Json) -> Option<Facts> {
    let map = data.as_object()?;
    let mut facts = Data::default();
    for (key, value) in map {
        if let Some(attribute) = Attribute::from_name(key) {
            facts.set(attribute, value_of(value));
        }
    }
    for item in data["env"].as_array().into_iter().flatten() {
        match item {
            Json::String(text) => facts.push_env_text(text),
            Json::Object(map) => map.iter().for_each(|(name, value)| match value {
                Json::String(text) => facts.push_env(name, text),
                other => facts.push_env(name, &other.to_string()),
            }),
            _ => {}
        }
    }
    Some(Facts::new(
        facts,
        data["branch"].as_str().map(str::to_owned),
    ))
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::from_text(text.as_str()),
        other => Value::from_text(other.to_string()),
    }
}
