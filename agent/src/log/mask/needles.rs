//! From secrets to the byte strings that must not be shown.

use std::collections::HashMap;

use super::encode::{self, Shape};
use crate::secrets::Plaintext;

/// Values shorter than this, in bytes without blanks around them, are not masked: they stand in
/// every log by chance (threat T6). Sealing warns about them.
pub const MIN_VALUE: usize = 3;
/// Lines of a value of several lines are masked one by one from this length on, so that a brace
/// or a bracket on a line of its own masks nothing (threat T7).
pub const MIN_LINE: usize = 4;
/// Encodings shorter than this are not looked for.
const MIN_SHAPE: usize = 4;
/// Shorter encodings are looked for on one line only.
const MIN_WRAPPED: usize = 8;
/// A value in quotes is masked without them too, from this length on.
const MIN_UNQUOTED: usize = 6;
/// Bytes of needles beyond which encodings of further (longer) values are left out.
const BUDGET: usize = 2 << 20;

/// What to look for.
pub(super) struct Needles {
    /// Each once, in no order that matters.
    pub(super) list: Vec<Shape>,
    /// Values of which only the value itself and its lines are looked for, for want of room.
    pub(super) bare_values: usize,
}

/// Collects the needles of all secrets.
pub(super) fn gather(secrets: &[Plaintext]) -> Needles {
    let mut values: Vec<&[u8]> = Vec::new();
    for secret in secrets {
        let value = secret.expose().trim_ascii();
        values.push(value);
        values.extend(unquoted(value));
    }
    values.retain(|value| value.len() >= MIN_VALUE);
    values.sort_unstable_by_key(|value| (value.len(), *value));
    values.dedup();

    let mut set = Set::default();
    for value in &values {
        set.add_text(value);
        lines(value).for_each(|line| set.add(line.to_vec(), false));
    }
    let mut bare_values = 0;
    for value in &values {
        if set.size > BUDGET {
            bare_values += 1;
            continue;
        }
        for Shape { bytes, wraps } in encode::shapes(value) {
            if bytes.len() < MIN_SHAPE {
                continue;
            }
            match wraps {
                true => set.add(bytes, true),
                false => set.add_text(&bytes),
            }
        }
    }
    Needles {
        list: set.into_list(),
        bare_values,
    }
}

/// The inside of a value that stands in quotes.
fn unquoted(value: &[u8]) -> Option<&[u8]> {
    match value {
        [b'"', inside @ .., b'"'] | [b'\'', inside @ .., b'\''] => {
            Some(inside.trim_ascii()).filter(|inside| inside.len() >= MIN_UNQUOTED)
        }
        _ => None,
    }
}

/// The lines worth masking of a value of several lines. A bracket that opens or closes a list
/// tells nothing; without it no needle begins or ends like the mark does.
fn lines(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let several = value.contains(&b'\n');
    value
        .split(|b| *b == b'\n')
        .map(trim_line)
        .filter(move |line| several && line.len() >= MIN_LINE)
}

fn trim_line(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"]").unwrap_or(line);
    line.strip_suffix(b"[").unwrap_or(line).trim_ascii()
}

#[derive(Default)]
struct Set {
    shapes: HashMap<Vec<u8>, bool>,
    size: usize,
}

impl Set {
    /// Adds text with its line ends as a file has them, as a terminal turns them, and as a
    /// terminal turns those of a file with CRLF.
    fn add_text(&mut self, text: &[u8]) {
        self.add(text.to_vec(), false);
        if text.contains(&b'\n') {
            for end in [&b"\n"[..], b"\r\n", b"\r\r\n"] {
                self.add(with_line_ends(text, end), false);
            }
        }
    }

    fn add(&mut self, bytes: Vec<u8>, wraps: bool) {
        let wraps = wraps && bytes.len() >= MIN_WRAPPED;
        let len = bytes.len();
        match self.shapes.get_mut(&bytes) {
            Some(known) => *known |= wraps,
            None => {
                self.shapes.insert(bytes, wraps);
                self.size += len;
            }
        }
    }

    fn into_list(self) -> Vec<Shape> {
        let shape = |(bytes, wraps)| Shape { bytes, wraps };
        self.shapes.into_iter().map(shape).collect()
    }
}

fn with_line_ends(text: &[u8], end: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (n, line) in text.split(|b| *b == b'\n').enumerate() {
        if n > 0 {
            while out.last() == Some(&b'\r') {
                out.pop();
            }
            out.extend_from_slice(end);
        }
        out.extend_from_slice(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles(secrets: &[&str]) -> Vec<String> {
        let secrets: Vec<_> = secrets
            .iter()
            .map(|s| Plaintext::new(s.as_bytes().to_vec()))
            .collect();
        let text = |shape: Shape| String::from_utf8_lossy(&shape.bytes).into_owned();
        gather(&secrets).list.into_iter().map(text).collect()
    }

    #[test]
    fn values_below_three_bytes_have_no_needle() {
        assert!(needles(&["", "a", "ab", " ab\n"]).is_empty());
        assert!(needles(&["abc"]).contains(&"abc".to_owned()));
    }

    #[test]
    fn only_lines_of_some_length_count() {
        let needles = needles(&["{\n  \"key\": [\n}\na"]);
        assert!(needles.contains(&"\"key\":".to_owned()));
        assert!(!needles.iter().any(|n| matches!(n.trim(), "{" | "}" | "a")));
    }

    #[test]
    fn line_ends_are_known_as_files_and_terminals_have_them() {
        for value in ["ab\ncd", "ab\r\ncd"] {
            let needles = needles(&[value]);
            for form in ["ab\ncd", "ab\r\ncd", "ab\r\r\ncd"] {
                assert!(needles.contains(&form.to_owned()), "{value:?} {form:?}");
            }
        }
    }

    #[test]
    fn quotes_around_a_value_are_not_part_of_it() {
        assert!(needles(&["\"hunter2\""]).contains(&"hunter2".to_owned()));
        assert!(!needles(&["\"abc\""]).contains(&"abc".to_owned()));
    }

    #[test]
    fn beyond_the_budget_values_stay_and_encodings_go() {
        let long: Vec<_> = (0u8..60)
            .map(|n| Plaintext::new([b'A' + n % 26, n].repeat(20_000)))
            .collect();
        let needles = gather(&long);
        assert!(needles.bare_values > 0);
        assert!(long.iter().all(|secret| {
            let value = secret.expose().trim_ascii();
            needles.list.iter().any(|needle| needle.bytes == value)
        }));
    }
}
