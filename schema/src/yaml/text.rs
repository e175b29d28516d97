//! The text that the parser sees, with the way back to what was written.

use std::borrow::Cow;

use super::load::place;
use super::origin::Origin;
use crate::dialect::Dialect;
use crate::source::{FileId, Lines, Span};

const NO_BREAK_SPACE: char = '\u{a0}';
const BYTE_ORDER_MARK: char = '\u{feff}';

/// How long a text may become by mending, in characters.
const MAX_MENDED: usize = 4 * super::limits::MAX_BYTES;

/// A source text with its blanks mended (language reference §1.1).
pub(super) struct Text<'s> {
    /// As written.
    original: &'s str,
    /// As parsed.
    clean: Cow<'s, str>,
    /// The byte in `original` of each character of `clean`.
    origin: Origin,
    file: FileId,
    skipped_lines: usize,
    lines: Lines,
}

impl<'s> Text<'s> {
    /// Whether a position, in characters of the clean text, is its end.
    pub(super) fn is_end(&self, at: usize) -> bool {
        at >= self.origin.len()
    }

    pub(super) fn new(original: &'s str, file: FileId, dialect: Dialect) -> Self {
        let (clean, origin) = plain(original).unwrap_or_else(|| mend(original, dialect));
        let first = origin.get(0).unwrap_or(0);
        let skipped = original.get(..first).unwrap_or_default();
        Self {
            original,
            clean,
            origin,
            file,
            skipped_lines: skipped.matches('\n').count(),
            lines: Lines::default(),
        }
    }

    /// What is to be parsed.
    pub(super) fn as_str(&self) -> &str {
        &self.clean
    }

    /// Blank lines before the first text.
    pub(super) fn skipped_lines(&self) -> usize {
        self.skipped_lines
    }

    /// The line of a place as the reference counts: from 0, at the first text.
    pub(super) fn reference_line(&self, span: Span) -> usize {
        let line = self.lines.before(self.original, span.start);
        line.saturating_sub(self.skipped_lines)
    }

    /// The place of everything.
    pub(super) fn whole(&self) -> Span {
        place(self.file, 0, self.original.len())
    }

    /// The place in the source of characters `start..end` of the parsed text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.offset(start);
        let last = match end.checked_sub(1).and_then(|last| self.origin.get(last)) {
            Some(at) if end > start => {
                let rest = self.original.get(at..).unwrap_or_default();
                at + rest.chars().next().map_or(0, char::len_utf8)
            }
            _ => first,
        };
        place(self.file, first, last.max(first))
    }

    /// What was written at a place.
    pub(super) fn written(&self, span: Span) -> &'s str {
        self.original
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// Indents the lines that hold characters `from..=to` deeper than anything else. What was
    /// written stays. `false` when nothing changes.
    pub(super) fn indent_lines(&mut self, from: usize, to: usize) -> bool {
        let chars: Vec<char> = self.clean.chars().collect();
        let depth = deepest(&chars) + 2;
        let lines = chars.iter().take(to).skip(from).filter(|c| **c == '\n');
        if chars.len() + (lines.count() + 1) * depth > MAX_MENDED {
            return false;
        }
        let before = chars.get(..from).unwrap_or(&chars);
        let first = before
            .iter()
            .rposition(|c| *c == '\n')
            .map_or(0, |newline| newline + 1);
        let origin = std::mem::replace(&mut self.origin, Origin::Each(Vec::new())).into_each();
        let mut clean = String::with_capacity(chars.len());
        let mut origins = Vec::with_capacity(origin.len());
        let mut written = origin.into_iter();
        let mut at = 0;
        let mut changed = false;
        for line in chars.split_inclusive(|c| *c == '\n') {
            let blanks = line.iter().take_while(|c| matches!(c, ' ' | '\t')).count();
            let affected = at >= first && at <= to && blanks < line.len();
            let spaces = line.iter().take_while(|c| **c == ' ').count();
            if affected && (spaces < depth || blanks > spaces) {
                changed = true;
                let origin = written.as_slice().first().copied().unwrap_or(0);
                written.by_ref().take(blanks).for_each(drop);
                clean.extend(std::iter::repeat_n(' ', depth));
                origins.extend(std::iter::repeat_n(origin, depth));
            } else {
                clean.extend(line.iter().take(blanks));
                origins.extend(written.by_ref().take(blanks));
            }
            clean.extend(line.iter().skip(blanks));
            origins.extend(written.by_ref().take(line.len() - blanks));
            at += line.len();
        }
        self.clean = Cow::Owned(clean);
        self.origin = Origin::Each(origins);
        changed
    }

    /// Turns the tabs among the blanks on both sides of a character into spaces. `false` when
    /// there are none.
    pub(super) fn untab(&mut self, at: usize) -> bool {
        let mut chars: Vec<char> = self.clean.chars().collect();
        let at = at.min(chars.len());
        let (before, after) = chars.split_at_mut(at);
        let blank = |c: &&mut char| matches!(**c, ' ' | '\t');
        let before = before.iter_mut().rev().take_while(blank);
        let mut changed = false;
        for c in before.chain(after.iter_mut().take_while(blank)) {
            changed |= *c == '\t';
            *c = ' ';
        }
        self.clean = Cow::Owned(chars.into_iter().collect());
        changed
    }

    /// What was written from a place on.
    pub(super) fn from(&self, offset: u32) -> &'s str {
        self.original.get(offset as usize..).unwrap_or_default()
    }

    /// What was written before a place.
    pub(super) fn before(&self, offset: u32) -> &'s str {
        self.original.get(..offset as usize).unwrap_or_default()
    }

    fn offset(&self, index: usize) -> usize {
        match self.origin.get(index) {
            Some(at) => at,
            None => self.origin.last().map_or(0, |at| {
                let rest = self.original.get(at..).unwrap_or_default();
                at + rest.chars().next().map_or(0, char::len_utf8)
            }),
        }
    }
}

/// A text in which there is nothing to mend but blanks at its ends, as most are: what is parsed of it,
/// and where that comes from.
fn plain(original: &str) -> Option<(Cow<'_, str>, Origin)> {
    if !original.is_ascii() {
        return None;
    }
    let text = original.trim_matches(is_blank);
    let start = original.find(|c| !is_blank(c))?;
    if original.get(..start)?.ends_with(' ') {
        return None;
    }
    let end = start + text.len();
    let origin = u32::try_from(start).ok()?..u32::try_from(end).ok()?;
    Some((Cow::Borrowed(text), Origin::Run(origin)))
}

/// What is parsed of any text, and where each character of that comes from.
fn mend(original: &str, dialect: Dialect) -> (Cow<'_, str>, Origin) {
    let chars = mended(original, dialect);
    let width = indentation(&chars);
    let chars = outdented(chars, width);
    let start = chars.iter().position(|(_, c)| !is_blank(*c));
    let end = chars.iter().rposition(|(_, c)| !is_blank(*c));
    let kept = match (start, end) {
        (Some(start), Some(end)) => chars.get(start..=end).unwrap_or_default(),
        _ => &[],
    };
    let clean = kept.iter().map(|(_, c)| *c).collect();
    let origin = kept.iter().map(|(at, _)| *at).collect();
    (Cow::Owned(clean), Origin::Each(origin))
}

/// Characters with their bytes: no-break spaces that indent a line become spaces, and in the
/// reference everything beyond ASCII goes.
fn mended(original: &str, dialect: Dialect) -> Vec<(u32, char)> {
    let mut indenting = true;
    let mut chars = Vec::with_capacity(original.len());
    for (at, c) in original.char_indices() {
        let at32 = u32::try_from(at).unwrap_or(u32::MAX);
        if at == 0 && c == BYTE_ORDER_MARK {
            continue;
        }
        if c == NO_BREAK_SPACE && indenting {
            chars.push((at32, ' '));
            continue;
        }
        indenting = c == '\n';
        if c.is_ascii() || dialect == Dialect::Ours {
            chars.push((at32, c));
        }
    }
    chars
}

/// How many spaces stand before the first text.
fn indentation(chars: &[(u32, char)]) -> usize {
    let mut width = 0;
    for (_, c) in chars {
        match c {
            ' ' => width += 1,
            c if is_blank(*c) => width = 0,
            _ => return width,
        }
    }
    0
}

/// Takes that many spaces away from the start of each line that has them.
fn outdented(chars: Vec<(u32, char)>, width: usize) -> Vec<(u32, char)> {
    if width == 0 {
        return chars;
    }
    let mut kept = Vec::with_capacity(chars.len());
    for line in chars.split_inclusive(|(_, c)| *c == '\n') {
        let rest = match line.get(..width) {
            Some(head) if head.iter().all(|(_, c)| *c == ' ') => {
                line.get(width..).unwrap_or_default()
            }
            _ => line,
        };
        kept.extend_from_slice(rest);
    }
    kept
}

/// The deepest column at which any line's text starts, dashes not counted as text.
fn deepest(chars: &[char]) -> usize {
    chars
        .split(|c| *c == '\n')
        .map(|line| {
            let indenting = |c: &&char| matches!(c, ' ' | '\t' | '-');
            line.iter().take_while(indenting).count()
        })
        .max()
        .unwrap_or(0)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(original: &str) -> Text<'_> {
        Text::new(original, FileId(0), Dialect::Ours)
    }

    #[test]
    fn common_indentation_and_blank_ends_go() {
        let text = text("\n\n  a: 1\n    b\n c\n\n");
        assert_eq!(text.as_str(), "a: 1\n  b\n c");
        assert_eq!(text.skipped_lines(), 2);
    }

    #[test]
    fn plain_texts_become_what_others_do() {
        for original in [
            "a: 1\n\n",
            "\n\t\na:\n  b: 1\n ",
            " ",
            "",
            "# a\n  b: 1",
            "\r\na: 1\r\n",
        ] {
            if let Some((clean, origin)) = plain(original) {
                let (mended, from) = mend(original, Dialect::Ours);
                let found = (clean, origin.into_each());
                assert_eq!(found, (mended, from.into_each()), "{original:?}");
            }
        }
        assert!(plain("\n  a: 1").is_none());
        assert!(plain("a: ä").is_none());
    }

    #[test]
    fn places_point_into_the_text_as_written() {
        let source = "  ä: ö\n\u{a0}\u{a0}b: c";
        let text = text(source);
        assert_eq!(text.as_str(), "ä: ö\nb: c");
        assert_eq!(text.written(text.span(3, 4)), "ö");
        assert_eq!(text.written(text.span(5, 9)), "b: c");
        assert_eq!(text.span(9, 9).start as usize, source.len());
    }

    #[test]
    fn the_reference_drops_what_is_not_ascii() {
        let text = Text::new("a: xäy", FileId(0), Dialect::Reference);
        assert_eq!(text.as_str(), "a: xy");
        assert_eq!(text.written(text.span(3, 5)), "xäy");
    }

    #[test]
    fn no_break_spaces_inside_a_line_stay() {
        assert_eq!(text("a: b\u{a0}c").as_str(), "a: b\u{a0}c");
    }

    #[test]
    fn lines_are_counted_as_the_reference_does() {
        let text = text("\na: 1\nb: 2");
        assert_eq!(text.reference_line(text.span(5, 6)), 1);
    }
}
