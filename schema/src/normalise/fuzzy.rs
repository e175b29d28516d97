//! Did-you-mean: the known word nearest to a word.

use crate::reference::{stopped_from, stopped_to};

/// The candidate that a word was meant to be, when one is near enough (language reference §2).
pub(crate) fn nearest<'a>(candidates: &[&'a str], word: &str) -> Option<&'a str> {
    if word.len() < 3 || candidates.contains(&word) {
        return None;
    }
    let found = by_distance(candidates, word).or_else(|| by_letters(candidates, word))?;
    (!stopped_from(word) && !stopped_to(found)).then_some(found)
}

fn by_distance<'a>(candidates: &[&'a str], word: &str) -> Option<&'a str> {
    // Lengths tell most candidates apart without looking at letters.
    let may_be_near = |candidate: &&&str| candidate.len().abs_diff(word.len()) * 2 < word.len();
    let mut near: Vec<(usize, &str)> = candidates
        .iter()
        .filter(may_be_near)
        .map(|candidate| (distance(candidate, word), *candidate))
        .filter(|(distance, candidate)| {
            // Halves, so compared doubled.
            distance * 2 < word.len() && distance * 2 < candidate.len() && *distance < 4
        })
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    if tied(&near) {
        for pair in &mut near {
            pair.0 = shared_characters(pair.1, word);
        }
        near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    }
    if tied(&near) {
        near.sort_by_key(|(_, candidate)| std::cmp::Reverse(candidate.len()));
    }
    near.first().map(|(_, candidate)| *candidate)
}

fn tied(pairs: &[(usize, &str)]) -> bool {
    matches!(pairs, [first, second, ..] if first.0 == second.0)
}

fn distance(a: &str, b: &str) -> usize {
    strsim::generic_levenshtein(&Bytes(a), &Bytes(b))
}

struct Bytes<'a>(&'a str);

impl<'b> IntoIterator for &'b Bytes<'_> {
    type Item = u8;
    type IntoIter = std::str::Bytes<'b>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.bytes()
    }
}

fn shared_characters(a: &str, b: &str) -> usize {
    let mut seen = String::new();
    for letter in b.chars() {
        if !seen.contains(letter) && a.contains(letter) {
            seen.push(letter);
        }
    }
    seen.chars().count()
}

/// A short word with its letters in another order.
fn by_letters<'a>(candidates: &[&'a str], word: &str) -> Option<&'a str> {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    if word.len() >= 6 {
        return None;
    }
    let mut alike = candidates
        .iter()
        .filter(|candidate| candidate.len() == word.len());
    alike
        .find(|candidate| sorted(candidate) == sorted(word))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_near_word_is_found() {
        let keys = ["script", "services", "install"];
        assert_eq!(nearest(&keys, "scirpt"), Some("script"));
        assert_eq!(nearest(&keys, "scrpt"), Some("script"));
        assert_eq!(nearest(&keys, "elephant"), None);
    }

    #[test]
    fn short_and_known_words_stay() {
        assert_eq!(nearest(&["os"], "so"), None);
        assert_eq!(nearest(&["pip", "pop"], "pip"), None);
    }

    #[test]
    fn a_short_word_may_have_its_letters_mixed_up() {
        assert_eq!(nearest(&["env"], "nve"), Some("env"));
    }
}
