//! Words of a text that takes only some.

use crate::diagnostic::Level;
use crate::reference::StrType;
use crate::yaml::Node;

use super::super::fuzzy::nearest;
use super::super::kind::with_text;
use super::super::place::Place;
use super::Change;

impl Change<'_, '_> {
    /// The word that a text was meant to be.
    pub(super) fn word(&mut self, ty: &StrType, node: Node, place: &Place<'_>) -> Node {
        let text = node.as_text().unwrap_or_default();
        if ty.knows(text) || text.is_empty() {
            return node;
        }
        let words: Vec<&str> = ty.words.iter().map(|word| word.value).collect();
        let text = text.to_owned();
        if let Some(word) = ty
            .words
            .iter()
            .find(|word| word.aliases.contains(&text.as_str()))
        {
            self.report.alias_value(place, &node, word.value);
            return with_text(&node, word.value);
        }
        let mut node = node;
        if let Some((first, _)) = text.split_once('\n') {
            self.report
                .found_value(Level::Warning, "clean_value", place, &node, first);
            node = with_text(&node, first);
        }
        let text = node.as_text().unwrap_or_default().to_owned();
        if ty.knows(&text) {
            return node;
        }
        if let Some(near) = nearest(&words, &text) {
            self.report
                .found_value(Level::Warning, "find_value", place, &node, near);
            return with_text(&node, near);
        }
        if let Some(clean) = cleaned(&words, &text) {
            self.report
                .found_value(Level::Warning, "clean_value", place, &node, clean);
            return with_text(&node, clean);
        }
        node
    }
}

impl StrType {
    /// Whether the text is one of the words.
    pub(in crate::normalise) fn knows(&self, text: &str) -> bool {
        self.words.iter().any(|word| {
            word.value == text || (self.ignore_case && word.value.eq_ignore_ascii_case(text))
        })
    }
}

/// The word that is left of a text when punctuation or further words go.
fn cleaned<'a>(words: &[&'a str], text: &str) -> Option<&'a str> {
    let first = text
        .split(' ')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    let letters: String = text
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect::<String>()
        .to_lowercase();
    let plain: String = first.chars().filter(char::is_ascii_lowercase).collect();
    [first, &letters, &plain]
        .iter()
        .find_map(|text| words.iter().copied().find(|word| word == text))
}
