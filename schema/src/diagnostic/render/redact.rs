//! Keeps sealed values out of messages, and control characters out of terminals.
//!
//! A sealed value is no secret, but it is long, and who reads a log need not have it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::source::Source;
use crate::yaml::MAX_BYTES;

/// A run of this many characters of base64 is a sealed value wherever it stands.
const LONG: usize = 100;
/// After a key `secure`, or behind the prefix of our own format, so many are.
const LONG_WHERE_SECURE: usize = 16;
/// The prefix of our own sealed values (decision 33).
const PREFIX: &str = "sec1.";
/// How much of a source is looked at behind what is read of it.
const BEHIND: usize = 2 * LINE;
/// How much of a line behind a place is shown, in bytes, at most.
pub(super) const LINE: usize = 4096;
/// How much of a sealed value is shown.
const SHOWN: usize = 8;

/// What the sources seal.
pub(super) struct Redaction {
    sealed: BTreeSet<String>,
}

impl Redaction {
    pub(super) fn new(sources: &[Source]) -> Self {
        let mut sealed = BTreeSet::new();
        for source in sources {
            let text = read(source);
            for range in sealed_ranges(text) {
                sealed.extend(text.get(range).map(str::to_owned));
            }
        }
        Self { sealed }
    }

    /// Words that can be printed.
    pub(super) fn words<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut words = Cow::Borrowed(text);
        // A sealed value can only stand where enough of its characters stand in a row.
        let may_hold = text
            .split(|c| !is_sealed_char(c))
            .any(|run| run.len() >= LONG_WHERE_SECURE);
        let sealed = self.sealed.iter().filter(|value| text.contains(*value));
        for value in sealed.take(if may_hold { usize::MAX } else { 0 }) {
            words = words.replace(value.as_str(), &shortened(value)).into();
        }
        let edits = shortening(&words);
        if !edits.is_empty() {
            words = Shortened::new(&words, edits).text.into();
        }
        if words.chars().any(is_hidden) {
            words = escaped(&words).into();
        }
        words
    }

    /// Whether a text can be printed as it is.
    pub(super) fn is_open(&self, text: &str) -> bool {
        self.words(text) == text
    }
}

/// What messages can be about: of a source that is too large the rest is not even looked at. Some
/// more than the limit, so that a line behind it is shown, and a sealed value there is known.
pub(super) fn read(source: &Source) -> &str {
    let end = source.text.floor_char_boundary(MAX_BYTES + BEHIND);
    source.text.get(..end).unwrap_or(&source.text)
}

/// A text with its sealed values shortened.
pub(super) struct Shortened {
    pub(super) text: String,
    /// The bytes replaced, and how many there are instead.
    edits: Vec<(Range<usize>, usize)>,
}

impl Shortened {
    /// A source text as it can be shown. It has the same lines.
    pub(super) fn of(text: &str) -> Self {
        let mut edits = shortening(text);
        // The layout takes care of all other control characters.
        let terminal_commands = text.match_indices(|c| matches!(c, '\u{80}'..='\u{9f}'));
        edits.extend(terminal_commands.map(|(at, c)| (at..at + c.len(), "\u{fffd}".to_owned())));
        edits.sort_by_key(|(range, _)| range.start);
        Self::new(text, edits)
    }

    fn new(text: &str, edits: Vec<(Range<usize>, String)>) -> Self {
        let mut kept = String::with_capacity(text.len());
        let mut done = 0;
        let mut lengths = Vec::with_capacity(edits.len());
        for (range, replacement) in edits {
            kept.push_str(text.get(done..range.start).unwrap_or_default());
            kept.push_str(&replacement);
            done = range.end;
            lengths.push((range, replacement.len()));
        }
        kept.push_str(text.get(done..).unwrap_or_default());
        Self {
            text: kept,
            edits: lengths,
        }
    }

    /// The place in the shortened text of a byte of the text itself.
    pub(super) fn offset(&self, at: usize) -> usize {
        let mut moved = at;
        for (range, length) in &self.edits {
            if range.end <= at {
                moved = moved + length - range.len();
            } else if range.start < at {
                moved -= at - range.start;
            }
        }
        let mut moved = moved.min(self.text.len());
        while !self.text.is_char_boundary(moved) {
            moved -= 1;
        }
        moved
    }
}

/// The sealed values of a text, in order, each with what is shown for it.
fn shortening(text: &str) -> Vec<(Range<usize>, String)> {
    sealed_ranges(text)
        .into_iter()
        .map(|range| {
            let short = shortened(text.get(range.clone()).unwrap_or_default());
            (range, short)
        })
        .collect()
}

fn shortened(value: &str) -> String {
    let shown: String = value.chars().take(SHOWN).collect();
    format!("{shown}…")
}

/// The sealed values of a text, in order.
fn sealed_ranges(text: &str) -> Vec<Range<usize>> {
    let secure = secure_values(text);
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(gap) = text.get(at..).and_then(|rest| rest.find(is_sealed_char)) {
        let start = at + gap;
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c| !is_sealed_char(c)).unwrap_or(rest.len());
        let end = start + length;
        let before = secure.partition_point(|value| value.start <= start);
        let around = before.checked_sub(1).and_then(|last| secure.get(last));
        let is_secure = rest.starts_with(PREFIX) || around.is_some_and(|value| end <= value.end);
        let long = if is_secure { LONG_WHERE_SECURE } else { LONG };
        if length >= long {
            ranges.push(start..end);
        }
        at = end;
    }
    ranges
}

/// What stands behind each key `secure`: the rest of its line and all deeper lines below; in order,
/// and what overlaps is one.
fn secure_values(text: &str) -> Vec<Range<usize>> {
    let mut values: Vec<Range<usize>> = Vec::new();
    let mut below: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches([' ', '-']).len();
        let end = at + line.len();
        if let Some((start, column)) = below {
            if indentation > column || line.trim().is_empty() {
                push(&mut values, start..end);
            } else {
                below = None;
            }
        }
        if let Some(key) = secure_key(line) {
            push(&mut values, at + key..end);
            below = Some((at + key, indentation));
        }
        at = end;
    }
    values
}

fn push(values: &mut Vec<Range<usize>>, more: Range<usize>) {
    match values.last_mut() {
        Some(last) if more.start <= last.end => last.end = last.end.max(more.end),
        _ => values.push(more),
    }
}

/// The byte of a line behind `secure:`.
fn secure_key(line: &str) -> Option<usize> {
    line.match_indices("secure").find_map(|(at, key)| {
        let rest = line.get(at + key.len()..)?;
        let colon = rest.trim_start_matches(['"', '\'', ' ']);
        colon.starts_with(':').then(|| line.len() - colon.len() + 1)
    })
}

fn is_sealed_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_' | '.')
}

/// Control characters, and those that turn the direction of writing.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}
