//! Reading a condition's text piece by piece. What a piece is depends on where it stands (a
//! pattern may hold anything but blanks), so there is no list of tokens.

use crate::source::Span;

/// A place in a condition's text.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    /// The text with its continued lines joined.
    text: String,
    /// Where lines were joined: the offset in `text` after it, and the bytes lost so far.
    joins: Vec<(usize, usize)>,
    at: usize,
}

impl Scanner {
    /// A scanner at the start of a text. A backslash, blanks and a newline join two lines (§5).
    pub(super) fn new(text: &str) -> Self {
        let mut joined = String::with_capacity(text.len());
        let mut joins = Vec::new();
        let mut lost = 0;
        let mut rest = text;
        while let Some(backslash) = rest.find('\\') {
            let (before, after) = rest.split_at(backslash);
            let after = after.strip_prefix('\\').unwrap_or(after);
            joined.push_str(before);
            let beyond = after.trim_start_matches(is_blank);
            let blanks = after.strip_suffix(beyond).unwrap_or_default();
            if let Some(newline) = blanks.rfind('\n') {
                joined.push(' ');
                lost += newline + 1;
                joins.push((joined.len(), lost));
                rest = after.get(newline + 1..).unwrap_or_default();
            } else {
                joined.push('\\');
                rest = after;
            }
        }
        joined.push_str(rest);
        Self {
            text: joined,
            joins,
            at: 0,
        }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What is read already.
    pub(super) fn read(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// The place in the joined text, for [`Scanner::span`].
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The offset of the place in the text as written.
    pub(super) fn offset(&self) -> usize {
        self.original(self.at)
    }

    /// The bytes, in the text as written, from an earlier place to here.
    pub(super) fn span(&self, start: usize) -> Span {
        Span::new(self.original(start), self.original(self.at))
    }

    fn original(&self, at: usize) -> usize {
        let passed = self.joins.partition_point(|(after, _)| *after <= at);
        let last = passed.checked_sub(1).and_then(|last| self.joins.get(last));
        at + last.map_or(0, |(_, lost)| *lost)
    }

    /// Whether all is read.
    pub(super) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Reads blanks; there may be none.
    pub(super) fn skip_blanks(&mut self) {
        let blanks = self.rest().len() - self.rest().trim_start_matches(is_blank).len();
        self.at += blanks;
    }

    /// Reads an exact text.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads a word in any case. What follows does not matter: there are no word boundaries.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.starts_with_word(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Whether a word in any case comes next.
    pub(super) fn starts_with_word(&self, word: &str) -> bool {
        let start = self.rest().as_bytes().get(..word.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// Reads a name, but only before a blank, `,`, `=`, `)` or the end.
    pub(super) fn eat_name(&mut self, name: &str) -> bool {
        let Some(after) = self.rest().strip_prefix(name) else {
            return false;
        };
        let ends = after
            .chars()
            .next()
            .is_none_or(|next| is_blank(next) || matches!(next, ',' | '=' | ')'));
        if ends {
            self.at += name.len();
        }
        ends
    }

    /// Reads all characters that fit; `None` when not even the first does.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|next| !fits(next)).unwrap_or(rest.len());
        let taken = rest.get(..length).filter(|taken| !taken.is_empty())?;
        let taken = taken.to_owned();
        self.at += length;
        Some(taken)
    }

    /// Reads up to a character and the character, and gives what stood before it.
    pub(super) fn take_until(&mut self, end: char) -> Option<String> {
        let taken = self.rest().split_once(end)?.0.to_owned();
        self.at += taken.len() + end.len_utf8();
        Some(taken)
    }

    /// Reads everything.
    pub(super) fn skip_to_end(&mut self) {
        self.at = self.text.len();
    }

    /// Reads a pattern: `/…/` to the first slash without a backslash; else all up to a blank,
    /// without closing parentheses at its end and without a slash at either side.
    pub(super) fn take_pattern(&mut self) -> Option<String> {
        if let Some(inside) = slashed(self.rest()) {
            let inside = inside.to_owned();
            self.at += inside.len() + 2;
            return Some(inside);
        }
        let rest = self.rest();
        let word = rest.find(is_blank).and_then(|end| rest.get(..end));
        let bare = word.unwrap_or(rest).trim_end_matches(')').to_owned();
        if bare.is_empty() {
            return None;
        }
        self.at += bare.len();
        let inside = bare.strip_prefix('/').unwrap_or(&bare);
        Some(inside.strip_suffix('/').unwrap_or(inside).to_owned())
    }
}

/// What stands between the slash at the start and the next one without a backslash before it; as in
/// the reference that backslash may itself have one.
pub(super) fn slashed(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('/')?;
    let mut slashes = inside.match_indices('/').map(|(at, _)| at);
    let end = slashes.find(|at| {
        !inside
            .get(..*at)
            .is_some_and(|before| before.ends_with('\\'))
    })?;
    inside.get(..end)
}

/// Blanks are ASCII only, as in the reference.
pub(super) fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\x0B'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_lines_keep_their_places() {
        let mut scanner = Scanner::new("ab \\ \r\n cd");
        assert!(scanner.eat("ab  "));
        scanner.skip_blanks();
        let start = scanner.position();
        assert!(scanner.eat("cd"));
        assert_eq!(scanner.span(start), Span::new(8, 10));
        assert!(scanner.at_end());
    }

    #[test]
    fn a_backslash_within_a_line_stays() {
        assert_eq!(Scanner::new(r"a \d \").rest(), r"a \d \");
    }

    #[test]
    fn patterns_end_at_a_slash_or_at_a_blank() {
        let taken = |text: &str| {
            let mut scanner = Scanner::new(text);
            (scanner.take_pattern(), scanner.rest().to_owned())
        };
        assert_eq!(taken("/a b/ x"), (Some("a b".into()), " x".into()));
        assert_eq!(taken(r"/a\/b/"), (Some(r"a\/b".into()), String::new()));
        assert_eq!(taken(r"/a\\/b/"), (Some(r"a\\/b".into()), String::new()));
        assert_eq!(taken("^a/b/ x"), (Some("^a/b".into()), " x".into()));
        assert_eq!(taken("/^mas"), (Some("^mas".into()), String::new()));
        assert_eq!(taken("^(a|b)$) x"), (Some("^(a|b)$".into()), ") x".into()));
        assert_eq!(taken("^(a|b)"), (Some("^(a|b".into()), ")".into()));
        assert_eq!(taken("))"), (None, "))".into()));
    }
}
