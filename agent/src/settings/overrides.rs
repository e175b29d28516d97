//! Settings by variables of the environment and options of the command line.

use super::Settings;
use super::environment::{Environment, variable};
use super::places::Places;
use crate::error::{Exit, UserError};
use serde_yaml::{Mapping, Value};

/// A setting that was given apart from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Which, e.g. `server.listen`.
    pub setting: String,
    /// What, as text; the items of a list have commas between them.
    pub value: String,
    /// Who says so: a variable, or an option.
    pub by: String,
}

impl Override {
    /// By an option of the command line.
    #[must_use]
    pub fn option(setting: &str, option: &str, value: impl Into<String>) -> Self {
        Self {
            setting: setting.to_owned(),
            value: value.into(),
            by: option.to_owned(),
        }
    }
}

/// All settings with their values, in the order of the documentation. Lists and absent values are
/// leaves, too.
#[must_use]
pub fn listed(settings: &Settings) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    // All keys are text and all values plain, so there is nothing that could not be said.
    if let Ok(tree) = serde_yaml::to_value(settings) {
        flatten("", tree, &mut leaves);
    }
    leaves
}

fn flatten(path: &str, value: Value, leaves: &mut Vec<(String, Value)>) {
    let Value::Mapping(map) = value else {
        leaves.push((path.to_owned(), value));
        return;
    };
    for (key, value) in map {
        let key = key.as_str().unwrap_or_default();
        let dot = if path.is_empty() { "" } else { "." };
        flatten(&format!("{path}{dot}{key}"), value, leaves);
    }
}

/// Lists whose items are more than a word: no variable gives them.
const OF_MAPS: [&str; 2] = ["images", "registries"];

/// What the variables of an environment override.
pub(super) fn of_environment(environment: &Environment) -> Vec<Override> {
    let known = listed(&Settings::default());
    let given = known
        .into_iter()
        .filter(|(setting, _)| !OF_MAPS.contains(&setting.as_str()));
    given
        .filter_map(|(setting, _)| {
            let by = variable(&setting);
            let value = environment.get(&by)?.to_owned();
            Some(Override { setting, value, by })
        })
        .collect()
}

/// Lays overrides over the text of a file whose settings are good.
///
/// # Errors
/// The first value that makes no sense, with who gave it.
pub(super) fn apply(
    text: &str,
    overrides: &[Override],
    places: &mut Places,
) -> Result<Settings, UserError> {
    let known = listed(&Settings::default());
    let mut tree = serde_yaml::from_str(text).unwrap_or(Value::Null);
    for given in overrides {
        let default = known.iter().find(|(setting, _)| *setting == given.setting);
        let list = default.is_some_and(|(_, value)| value.is_sequence());
        let value = interpret(given, list)?;
        insert(&mut tree, &given.setting, value);
        places.overridden(&given.setting, &given.by);
    }
    serde_yaml::from_value(tree)
        .map_err(|error| UserError::new(Exit::Usage, super::load::redacted(&error.to_string())))
}

/// The value that a text stands for: itself, or the number or truth value that it spells.
fn interpret(given: &Override, list: bool) -> Result<Value, UserError> {
    let text = || Value::String(given.value.clone());
    let candidates = if list {
        let items = given.value.split(',').map(str::trim);
        let items = items.filter(|item| !item.is_empty());
        vec![items.map(Value::from).collect()]
    } else {
        let spelled = serde_yaml::from_str(&given.value).ok();
        let plain = |value: &Value| value.is_number() || value.is_bool();
        std::iter::once(text())
            .chain(spelled.filter(plain))
            .collect()
    };
    let mut refused = String::new();
    for value in candidates {
        let mut alone = Value::Null;
        insert(&mut alone, &given.setting, value.clone());
        match serde_yaml::from_value::<Settings>(alone) {
            Ok(_) => return Ok(value),
            Err(error) => refused = super::load::redacted(&error.to_string()),
        }
    }
    Err(UserError::new(
        Exit::Usage,
        format!("{}: {refused}", given.by),
    ))
}

pub(super) fn insert(tree: &mut Value, path: &str, value: Value) {
    if !tree.is_mapping() {
        *tree = Value::Mapping(Mapping::new());
    }
    let Value::Mapping(map) = tree else { return };
    match path.split_once('.') {
        Some((first, rest)) => {
            let below = map.entry(first.into()).or_insert(Value::Null);
            insert(below, rest, value);
        }
        None => {
            map.insert(path.into(), value);
        }
    }
}
