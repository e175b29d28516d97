//! Examples of keys, as YAML.

use schema::reference::{Key, MapType, Shape, Type, example};

use super::root;

/// How many keys of a map its example shows, when it has none of its own.
const SHOWN: usize = 4;

/// A key with its example, in lines. `path` are the keys above it.
pub(crate) fn lines(path: &[&str], key: &Key) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(key.name);
    let value = value(&path, &key.ty).unwrap_or_else(|| {
        let name = path.join(".");
        panic!("{name} needs a row in schema/src/reference/examples")
    });
    let text = match value.strip_prefix('\n') {
        Some(block) => format!("{}:\n{block}", key.name),
        None => format!("{}: {value}", key.name),
    };
    text.lines().map(str::to_owned).collect()
}

fn value(path: &[&str], ty: &Type) -> Option<String> {
    if let Some(example) = example(path) {
        return Some(example.to_owned());
    }
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().find_map(|ty| value(path, ty)),
        Shape::Seq { of, .. } => value(path, of),
        Shape::Map(map) => block(path, map),
        Shape::Str(text) => {
            let mut words = text.words.iter().filter(|word| word.deprecated.is_none());
            words.next().map(|word| word.value.to_owned())
        }
        Shape::Num { .. } => None,
        Shape::Bool { only } => Some(only.unwrap_or(true).to_string()),
        Shape::Secure { strict: true, .. } => Some("{secure: \"sec1.…\"}".to_owned()),
        Shape::Secure { .. } => Some(format!("${}", path.last()?.to_uppercase())),
    }
}

fn block(path: &[&str], map: &MapType) -> Option<String> {
    let keys = map.keys.iter().filter(|key| key.deprecated.is_none());
    let needed = |key: &&Key| map.required.contains(&key.name);
    let first = keys
        .clone()
        .filter(needed)
        .chain(keys.filter(|key| !needed(key)));
    let lines: Vec<String> = first
        .take(SHOWN)
        .flat_map(|key| lines(path, key))
        .map(|line| format!("\n  {line}"))
        .collect();
    (!lines.is_empty()).then(|| lines.concat())
}

/// A key with its example in one line.
pub(crate) fn line(path: &[&str], key: &Key) -> String {
    let lines = lines(path, key);
    let (first, rest) = lines.split_first().expect("a line");
    if rest.is_empty() {
        return first.clone();
    }
    let item = |line: &String| match line.strip_prefix("- ") {
        Some(item) if item.contains(": ") => format!("{{{item}}}"),
        Some(item) => item.to_owned(),
        None => panic!(
            "the example of {}.{} has to be in one line",
            path.join("."),
            key.name
        ),
    };
    let items: Vec<String> = rest.iter().map(item).collect();
    format!("{first} [{}]", items.join(", "))
}

/// A key's example as a config: below the keys that lead to it, beside those that must be there.
pub(crate) fn nested(path: &[&str], key: &Key) -> Vec<String> {
    let mut text = Vec::new();
    if let (true, Some((_, [language, ..]))) = (path.is_empty(), key.support.only) {
        text.push(format!("language: {language}"));
    }
    let mut maps = vec![root()];
    for (depth, name) in path.iter().chain([&key.name]).enumerate() {
        let indent = "  ".repeat(depth);
        let above = path.get(..depth).unwrap_or_default();
        let Some(map) = maps.into_iter().find(|map| map.key(name).is_some()) else {
            panic!("{} leads nowhere", path.join("."));
        };
        let needed = map.required.iter().filter(|needed| *needed != name);
        let needed = needed
            .filter_map(|needed| map.key(needed))
            .flat_map(|key| lines(above, key));
        text.extend(needed.map(|line| format!("{indent}{line}")));
        if depth < path.len() {
            text.push(format!("{indent}{name}:"));
        }
        maps = map
            .key(name)
            .map(|key| super::page::maps(&key.ty))
            .unwrap_or_default();
    }
    let indent = "  ".repeat(path.len());
    text.extend(
        lines(path, key)
            .iter()
            .map(|line| format!("{indent}{line}")),
    );
    text
}
