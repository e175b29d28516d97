//! The surroundings of the place where a parser stopped.

use crate::source::Span;
use crate::yaml::text::Text;

/// A place, with questions about the lines around it.
pub(super) struct Place<'t, 's> {
    text: &'t Text<'s>,
    point: Span,
}

impl<'t, 's> Place<'t, 's> {
    /// The place of a character of the parsed text.
    pub(super) fn new(text: &'t Text<'s>, index: usize) -> Self {
        Self {
            text,
            point: text.span(index, index + 1),
        }
    }

    pub(super) fn point(&self) -> Span {
        self.point
    }

    pub(super) fn written(&self, span: Span) -> &'s str {
        self.text.written(span)
    }

    /// The character at the place.
    pub(super) fn found(&self) -> &'s str {
        self.written(self.point)
    }

    /// The first tab that indents this line or one below it.
    pub(super) fn leading_tab(&self) -> Option<Span> {
        let mut start = self.line_start();
        for line in self.text.from(start).split('\n') {
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let first = line.get(..blanks).and_then(|blanks| blanks.find('\t'));
            if let Some(first) = first.filter(|_| blanks < line.len()) {
                let tabs = line.get(first..blanks)?;
                let count = tabs.find(' ').unwrap_or(tabs.len());
                let start = start + length(first);
                return Some(self.range(start, start + length(count)));
            }
            start += length(line.len() + 1);
        }
        None
    }

    /// The text of this line, without indentation.
    pub(super) fn line(&self) -> Span {
        self.text_of_line(self.line_start())
    }

    /// The text of this line when the place lies behind it, else the text line above.
    pub(super) fn last_text_line(&self) -> Span {
        let line = self.line();
        if line.start < self.point.start {
            return line;
        }
        self.line_above().unwrap_or(line)
    }

    /// From the place to the end of its line.
    pub(super) fn rest_of_line(&self) -> Span {
        let rest = self.text.from(self.point.start);
        let line = rest.lines().next().unwrap_or_default().trim_end();
        self.range(self.point.start, self.point.start + length(line.len()))
    }

    /// The value in `key: value: more`, when the place is the second colon.
    pub(super) fn value_before_colon(&self) -> Option<Span> {
        let start = self.line_start();
        let before = self.text.before(self.point.start);
        let head = before.get(start as usize..)?;
        let colon = head.find(": ")?;
        let gap = head.get(colon + 1..)?;
        let blanks = gap.len() - gap.trim_start().len();
        let value = start + length(colon + 1 + blanks);
        let rest = self.rest_of_line();
        let quoted = self.text.from(value).starts_with(['"', '\'']);
        (!quoted && value < rest.end).then(|| self.range(value, rest.end))
    }

    /// The text line above, when it has the same indentation and no `: `.
    pub(super) fn line_above_without_key(&self) -> Option<Span> {
        let above = self.line_above()?;
        let written = self.written(above);
        let is_key = written.contains(": ") || written.ends_with(':');
        let is_item = written.starts_with("- ");
        (!is_key && !is_item).then_some(above)
    }

    /// The first escape that double quotes do not know, in the text that opens at the place.
    pub(super) fn bad_escape(&self) -> Option<(Span, &'s str)> {
        let rest = self.text.from(self.point.start);
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                continue;
            }
            let (_, escaped) = chars.next()?;
            if "0abt\tnvfre \"/\\N_LPxuU\n\r".contains(escaped) {
                continue;
            }
            let end = at + 1 + escaped.len_utf8();
            let start = self.point.start;
            let span = self.range(start + length(at), start + length(end));
            return Some((span, rest.get(at..end)?));
        }
        None
    }

    fn line_above(&self) -> Option<Span> {
        let mut end = self.line_start();
        while end > 0 {
            let before = self.text.before(end - 1);
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = self.text_of_line(length(start));
            let written = self.written(line);
            if !written.is_empty() && !written.starts_with('#') {
                return Some(line);
            }
            end = length(start);
        }
        None
    }

    fn line_start(&self) -> u32 {
        let before = self.text.before(self.point.start);
        length(before.rfind('\n').map_or(0, |newline| newline + 1))
    }

    fn text_of_line(&self, start: u32) -> Span {
        let line = self.text.from(start).split('\n').next().unwrap_or_default();
        let indentation = line.len() - line.trim_start().len();
        let end = line.trim_end().len().max(indentation);
        self.range(start + length(indentation), start + length(end))
    }

    fn range(&self, start: u32, end: u32) -> Span {
        Span {
            start,
            end,
            ..self.point
        }
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
