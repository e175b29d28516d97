//! Variables written as text: `A=1 B="x y"`.

use crate::yaml::{Entry, Map, Node, Value};

use super::Reading;
use super::change::flattened;
use super::kind::{Kind, is_given, kind, with_text, with_value};
use super::messages::Report;
use super::place::{Place, unwritten};
use crate::dialect::Dialect;

/// The tag of a value that was written as part of a text, and is one shell word as it stands.
pub const SHELL: &str = "!shell";

/// A list with one map of variables for each item.
pub(super) fn variables(
    node: Node,
    place: &Place<'_>,
    report: &mut Report,
    reading: Reading,
) -> Node {
    let items = match node.value {
        Value::Seq(items) => flattened(items),
        _ => vec![node.clone()],
    };
    let items = items
        .into_iter()
        .map(|item| item_of(item, place, report, reading))
        .collect();
    Node {
        value: Value::Seq(items),
        span: node.span,
        anchored: node.anchored,
        tag: node.tag,
    }
}

fn item_of(item: Node, place: &Place<'_>, report: &mut Report, reading: Reading) -> Node {
    match kind(&item) {
        Kind::None => with_value(&item, Value::Map(Map::default())),
        Kind::Str => parsed(&item, place, report, reading),
        _ => item,
    }
}

fn parsed(item: &Node, place: &Place<'_>, report: &mut Report, reading: Reading) -> Node {
    let mut map = Map::default();
    if is_given(item) {
        match words(item.as_text().unwrap_or_default()) {
            Ok(pairs) => pairs
                .into_iter()
                .for_each(|(name, value)| add(&mut map, item, &name, value)),
            // Decision 5.
            Err(why) => report.invalid_env(place, item, &why, reading.dialect == Dialect::Ours),
        }
    }
    with_value(item, Value::Map(map))
}

fn add(map: &mut Map, item: &Node, name: &str, value: String) {
    let value = Node {
        tag: Some(SHELL.into()),
        ..with_text(item, value)
    };
    match map.entries.iter_mut().find(|entry| entry.key.text == name) {
        Some(entry) => entry.value = value,
        None => map.entries.push(Entry {
            key: unwritten(name, item.span),
            value,
        }),
    }
}

/// Names and values; each value as written, quotes and all.
fn words(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut depth = 0;
    for letter in text.chars().chain([' ']) {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'' | '`') => quote = Some(letter),
            None if letter == '(' => depth += 1,
            None if letter == ')' => depth -= 1,
            None if letter.is_whitespace() && depth == 0 => {
                if !word.is_empty() {
                    let (name, value) = word.split_once('=').unwrap_or((&word, ""));
                    pairs.push((name.to_owned(), value.to_owned()));
                }
                word.clear();
                continue;
            }
            None => {}
        }
        word.push(letter);
    }
    if quote.is_some() {
        Err("a quote is not closed".to_owned())
    } else {
        Ok(pairs)
    }
}
