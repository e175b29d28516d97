//! What is said of a key, in sentences.

use schema::reference::{Idle, Key, Shape, StrType, Support, Type, Word};

/// The sentences about a key: what it is, and with what it has a meaning.
pub(crate) fn sentences(key: &Key) -> Vec<String> {
    let mut said = vec![key.doc.to_owned()];
    said.extend(support(key.support));
    said.extend(default(&key.ty));
    if !others(key).is_empty() {
        let names: Vec<String> = others(key).iter().map(|name| code(name)).collect();
        said.push(format!("Also written {}.", names.join(", ")));
    }
    if key.edge {
        said.push("An experiment.".to_owned());
    }
    said.extend(key.deprecated.map(deprecated));
    said.extend(key.idle.map(|idle| idle_sentence(key, idle)));
    said
}

fn idle_sentence(key: &Key, idle: Idle) -> String {
    let sentence = |text: &str| {
        let (first, rest) = text.split_at(1);
        format!("{}{rest}.", first.to_uppercase())
    };
    let says = idle.says.replace("{}", key.name);
    format!("{} {}", sentence(&says), sentence(idle.instead))
}

/// Other names of a key.
pub(crate) fn others(key: &Key) -> Vec<&'static str> {
    let aliases = key.aliases.iter().copied();
    // A bare `on` is a boolean to many readers of YAML.
    aliases
        .filter(|alias| *alias != key.name && *alias != "true")
        .collect()
}

fn deprecated(why: &str) -> String {
    let why = why.trim_end_matches('.');
    format!("Deprecated: {why}.")
}

/// `Only with language: go, rust.`
pub(crate) fn support(support: Support) -> Option<String> {
    let words = |(key, words): (&str, &[&str])| {
        let words: Vec<String> = words
            .iter()
            .map(|word| code(&format!("{key}: {word}")))
            .collect();
        words.join(" or ")
    };
    match (support.only, support.except) {
        (Some(only), _) => Some(format!("Only with {}.", words(only))),
        (None, Some(except)) => Some(format!("Not with {}.", words(except))),
        (None, None) => None,
    }
}

/// `Default: linux.`, with the conditions of each.
pub(crate) fn default(ty: &Type) -> Option<String> {
    let text = defaulted(ty)?;
    let each = |word: &Word| match support(word.support) {
        Some(when) if word.support.only.is_some() => {
            format!("{} {}", code(word.value), lowered(&when))
        }
        _ => code(word.value),
    };
    let words: Vec<String> = text.defaults.iter().map(each).collect();
    Some(format!("Default: {}.", words.join(", ")))
}

/// The text in a type that has a default.
pub(crate) fn defaulted(ty: &Type) -> Option<&StrType> {
    match &ty.shape {
        Shape::Any { of, .. } => of.iter().find_map(|ty| defaulted(ty)),
        Shape::Seq { of, .. } => defaulted(of),
        Shape::Str(text) if !text.defaults.is_empty() => Some(text),
        _ => None,
    }
}

fn lowered(sentence: &str) -> String {
    sentence.trim_end_matches('.').to_lowercase()
}

/// A word as code.
pub(crate) fn code(word: &str) -> String {
    format!("`{word}`")
}
