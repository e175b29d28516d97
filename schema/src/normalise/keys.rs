//! Keys of maps: other names and misspellings are brought to the name in the table.

use crate::dialect::Dialect;
use crate::reference::{MapType, forbidden, is_added, respelled, stopped_from, stopped_to};
use crate::source::Span;
use crate::yaml::{Entry, Key, Map, Node, Value};

use super::fuzzy::nearest;
use super::matching::is_private;
use super::messages::Report;
use super::place::{Place, is_written, unwritten};

/// The map with the names of the table; keys with a default or that must be there come first.
pub(super) fn keys(
    ty: &MapType,
    node: Node,
    place: &Place<'_>,
    report: &mut Report<'_>,
    dialect: Dialect,
) -> Node {
    let Value::Map(map) = &node.value else {
        return node;
    };
    if !ty.strict {
        return node;
    }
    let is_known = |key: &str| ty.key(key).is_some() || is_private(key);
    let all_known = map.entries.iter().all(|entry| is_known(&entry.key.text));
    // What is said of other keys names the provider of the map as it was.
    let before = (!all_known).then(|| {
        if place.detected {
            node.clone()
        } else {
            Node::null(node.span)
        }
    });
    let Node {
        value: Value::Map(map),
        span,
        anchored,
        tag,
    } = node
    else {
        return node;
    };
    let mut entries = with_absent(ty, map, span);
    entries.retain(|entry| !is_leftover(&entry.key.text));
    if let Some(before) = before {
        let written = entries.iter().map(|entry| entry.key.clone());
        let unknown: Vec<Key> = written.filter(|key| !is_known(&key.text)).collect();
        for key in unknown {
            let name = Naming {
                ty,
                map: &before,
                key: &key,
                place,
                entries: &entries,
                report,
                dialect,
            }
            .name();
            if name != key.text {
                report.note_renamed(&key);
            }
            let alias = ty.alias(&key.text).is_some();
            rename(&mut entries, (&key.text, &name), alias, dialect);
        }
    }
    Node {
        value: Value::Map(Map { entries }),
        span,
        anchored,
        tag,
    }
}

/// Puts keys in front that must be there or have a default.
fn with_absent(ty: &MapType, map: Map, span: Span) -> Vec<Entry> {
    let mut rest = map.entries;
    if ty.required.is_empty() && ty.defaulted().is_empty() {
        return rest;
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(rest.len() + 3);
    for name in ty.required.iter().chain(ty.defaulted()) {
        let at = rest.iter().position(|entry| entry.key.text == *name);
        entries.push(match at {
            Some(at) => rest.remove(at),
            None => Entry {
                key: unwritten(name, span),
                value: Node::null(span),
            },
        });
    }
    entries.extend(rest);
    entries
}

/// Keys that an old service left in configs.
fn is_leftover(key: &str) -> bool {
    let word = key.trim_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    matches!(
        word,
        "configured" | "result" | "fetching_failed" | "parsing_failed"
    )
}

/// Gives an entry another name. An entry that has the name already gets its value.
fn rename(entries: &mut Vec<Entry>, (from, to): (&str, &str), alias: bool, dialect: Dialect) {
    if from == to {
        return;
    }
    let Some(at) = entries.iter().position(|entry| entry.key.text == from) else {
        return;
    };
    let mut entry = entries.remove(at);
    to.clone_into(&mut entry.key.text);
    match entries.iter_mut().find(|entry| entry.key.text == to) {
        Some(other) => {
            other.value = entry.value;
            if !is_written(&other.key) && (dialect == Dialect::Ours || !alias) {
                other.key = entry.key;
            }
        }
        None => entries.push(entry),
    }
}

struct Naming<'a, 'r, 's> {
    ty: &'a MapType,
    map: &'a Node,
    key: &'a Key,
    place: &'a Place<'a>,
    entries: &'a [Entry],
    report: &'r mut Report<'s>,
    dialect: Dialect,
}

impl Naming<'_, '_, '_> {
    /// The name in the table that the key stands for, or the key itself.
    fn name(&mut self) -> String {
        let mut name = self.key.text.clone();
        // What is refused is refused under its own name, and not taken for another key (`devices`
        // for `services`).
        if self.dialect == Dialect::Ours && self.is_ours(&name) || self.unalias(&mut name) {
            return name;
        }
        for (code, spelling) in STEPS {
            if let Some(other) = spelling(self.ty, &name, self.report)
                && other != name
            {
                self.report
                    .renamed_key(code, self.place, self.map, self.key, (&name, &other));
                name = other;
            }
            if self.ty.key(&name).is_some() || self.unalias(&mut name) {
                return name;
            }
        }
        name
    }

    /// Whether the key is told of under its own name: it is refused, or read in a `.ci.yml` only.
    fn is_ours(&self, name: &str) -> bool {
        let known = self.ty.key(name).is_some() || self.ty.alias(name).is_some();
        forbidden(name) || (!known && is_added(&self.place.path(), name))
    }

    fn unalias(&mut self, name: &mut String) -> bool {
        let found = self
            .ty
            .alias(name)
            .or_else(|| self.ty.alias(&name.replace('-', "_")));
        let Some(found) = found else {
            return false;
        };
        let key = Key {
            text: name.clone(),
            span: self.key.span,
        };
        self.report.alias_key(self.place, self.map, &key, found);
        let other = self.entries.iter().find(|entry| entry.key.text == found);
        let counts = |other: &Entry| self.dialect == Dialect::Reference || is_written(&other.key);
        if other.is_some_and(counts) {
            self.report.overwrite(self.place, self.map, &key, found);
        }
        found.clone_into(name);
        true
    }
}

type Spelling = fn(&MapType, &str, &mut Report<'_>) -> Option<String>;

const STEPS: [(&str, Spelling); 5] = [
    ("strip_key", |ty, key, _| known(ty, key.trim().to_owned())),
    ("underscore_key", |ty, key, _| known(ty, underscored(key))),
    ("clean_key", |ty, key, _| known(ty, cleaned(key))),
    ("find_key", looked_up),
    ("find_key", found),
];

fn known(ty: &MapType, key: String) -> Option<String> {
    ty.key(&key).is_some().then_some(key)
}

/// `afterSuccess`, `After-Success` → `after_success`.
fn underscored(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 2);
    let mut before = None::<char>;
    for letter in key.chars() {
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        if starts_word {
            out.push('_');
        }
        out.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_lowercase()
        });
        before = Some(letter);
    }
    out
}

/// Without what no key has in it.
fn cleaned(key: &str) -> String {
    let word = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    let replaced = key.chars().map(|letter| {
        if matches!(letter, '-' | ' ') {
            '_'
        } else {
            letter
        }
    });
    let mut clean: String = replaced.filter(word).collect();
    if clean.starts_with("__") {
        clean = clean.trim_start_matches('_').to_owned();
    }
    clean.trim_end_matches('_').replace("__", "_")
}

fn looked_up(ty: &MapType, key: &str, _: &mut Report<'_>) -> Option<String> {
    let right = respelled(key)?;
    if stopped_from(key) || stopped_to(right) {
        return None;
    }
    known(ty, right.to_owned())
}

fn found(ty: &MapType, key: &str, report: &mut Report<'_>) -> Option<String> {
    if !report.may_guess() {
        return None;
    }
    nearest(ty.guesses(), key).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{cleaned, underscored};

    #[test]
    fn camel_case_and_dashes_become_underscores() {
        assert_eq!(underscored("afterSuccess"), "after_success");
        assert_eq!(underscored("Before_Install"), "before_install");
        assert_eq!(underscored("skip-cleanup"), "skip_cleanup");
    }

    #[test]
    fn cleaning_keeps_words_and_dots() {
        assert_eq!(cleaned("after script"), "after_script");
        assert_eq!(cleaned("sudo;"), "sudo");
        assert_eq!(cleaned("__x__y_"), "x_y");
    }
}
