//! A text seen as lines.

/// A text with questions about its lines. All places are byte offsets.
pub(super) struct Lines<'a> {
    pub(super) text: &'a str,
    /// The line end that the file uses.
    pub(super) newline: &'static str,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let first = text.find('\n').and_then(|at| text.get(..at));
        let crlf = first.is_some_and(|line| line.ends_with('\r'));
        Self {
            text,
            newline: if crlf { "\r\n" } else { "\n" },
        }
    }

    /// The number of a place's line, from 1.
    pub(super) fn number(&self, at: usize) -> usize {
        self.before(at).matches('\n').count() + 1
    }

    /// The first byte of a place's line.
    pub(super) fn start(&self, at: usize) -> usize {
        self.before(at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// One past the last byte of a place's line, its line end included.
    pub(super) fn end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// Characters between a place and the start of its line.
    pub(super) fn column(&self, at: usize) -> usize {
        let line = self.text.get(self.start(at)..at).unwrap_or_default();
        line.trim_start_matches('\u{feff}').chars().count()
    }

    /// Whether two places are in one line.
    pub(super) fn same_line(&self, a: usize, b: usize) -> bool {
        self.start(a) == self.start(b)
    }

    /// Where a new line goes behind a value that ends at `at`: after its line, and after comment
    /// lines that directly follow and are indented deeper than `column`, as they belong to it.
    pub(super) fn below(&self, at: usize, column: usize) -> usize {
        let mut next = self.end(at);
        while next < self.text.len() {
            let end = self.end(next);
            let line = self.text.get(next..end).unwrap_or_default();
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !line.trim_start().starts_with('#') || indent <= column {
                break;
            }
            next = end;
        }
        next
    }

    /// Whole lines as they are inserted at a place that starts a line, or at the end of a text
    /// whose last line is not ended; that one stays without a line end.
    pub(super) fn block(&self, at: usize, lines: &[(usize, String)]) -> String {
        let body: Vec<String> = lines
            .iter()
            .map(|(indent, line)| format!("{}{line}", " ".repeat(*indent)))
            .collect();
        let body = body.join(self.newline);
        let unended = at == self.text.len() && !at.eq(&0) && !self.text.ends_with('\n');
        if unended {
            format!("{}{body}", self.newline)
        } else {
            format!("{body}{}", self.newline)
        }
    }

    fn before(&self, at: usize) -> &'a str {
        self.text.get(..at).unwrap_or(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_that_belong_to_a_value_stay_with_it() {
        let text = "env:\n  - A # x\n  # still env\n# script\nscript: x\n";
        let lines = Lines::new(text);
        let at = text.find('A').unwrap_or_default();
        assert_eq!(&text[lines.below(at, 0)..], "# script\nscript: x\n");
        assert_eq!((lines.number(at), lines.column(at)), (2, 4));
    }

    #[test]
    fn lines_end_as_the_files_lines_do() {
        let block = [(2, "a".to_owned()), (4, "b".to_owned())];
        assert_eq!(Lines::new("x: 1\r\n").block(6, &block), "  a\r\n    b\r\n");
        assert_eq!(Lines::new("x: 1").block(4, &block), "\n  a\n    b");
        assert_eq!(Lines::new("").block(0, &block), "  a\n    b\n");
    }
}
