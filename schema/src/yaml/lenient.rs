//! Text that Travis CI's parser reads and ours refuses, made readable for ours.
//!
//! Inside of quotes and brackets YAML 1.1 readers do not care about indentation, and they take
//! tabs for blanks between tokens. The text is mended where the parser stopped, and read again.

use saphyr_parser::ScanError;

use super::text::Text;

/// How many bytes all attempts may read together, so that an answer comes in time.
const WORK: usize = 1024 * 1024;

/// Decides whether and how to try again.
pub(super) struct Attempts {
    work_left: usize,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self { work_left: WORK }
    }

    /// Mends what the parser stopped at. `false` when there is nothing to mend.
    pub(super) fn mend(&mut self, text: &mut Text<'_>, error: &ScanError) -> bool {
        let Some(left) = self.work_left.checked_sub(text.as_str().len()) else {
            return false;
        };
        self.work_left = left;
        let at = error.marker().index();
        match error.info() {
            "invalid indentation"
            | "invalid indentation in flow construct"
            | "tab cannot be used as indentation" => text.indent_lines(at, at),
            "invalid indentation in quoted scalar" => match quote_end(text.as_str(), at) {
                Some((first_break, end)) => text.indent_lines(first_break + 1, end),
                None => false,
            },
            info if info.ends_with("must be followed by a valid YAML whitespace") => text.untab(at),
            _ => false,
        }
    }
}

/// The first line break in, and the end of, the quoted text that starts at a character.
fn quote_end(text: &str, start: usize) -> Option<(usize, usize)> {
    let mut chars = text.chars().enumerate().skip(start).peekable();
    let (_, quote) = chars.next()?;
    let mut first_break = None;
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' => {
                first_break.get_or_insert(at);
            }
            '\\' if quote == '"' => {
                let escaped = chars.next();
                if let Some((at, _)) = escaped.filter(|(_, c)| *c == '\n') {
                    first_break.get_or_insert(at);
                }
            }
            '\'' if quote == '\'' && chars.peek().is_some_and(|(_, c)| *c == '\'') => {
                chars.next();
            }
            c if c == quote => return first_break.map(|first_break| (first_break, at)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::source::{FileId, Source};
    use crate::yaml::{Node, load};

    fn read(text: &str) -> Node {
        let loaded = load(&Source::new("x", text), FileId(0), Dialect::Ours);
        assert_eq!(loaded.diagnostics, []);
        loaded.root.expect("a map")
    }

    fn texts(node: Option<&Node>) -> Vec<&str> {
        let items = node.and_then(Node::as_seq).unwrap_or_default();
        items.iter().filter_map(Node::as_text).collect()
    }

    #[test]
    fn lists_in_brackets_need_no_indentation() {
        let root = read("a:\n  b: [\nc,\nd\n]\n  e: [\n  f ]");
        let a = root.get("a").expect("a");
        assert_eq!(texts(a.get("b")), ["c", "d"]);
        assert_eq!(texts(a.get("e")), ["f"]);
    }

    #[test]
    fn quoted_text_needs_no_indentation() {
        let root = read("a: 'it''s\nfine'\nb: \"x \\\ny\\\n\"\nc: 1");
        assert_eq!(root.get("a").and_then(Node::as_text), Some("it's fine"));
        assert_eq!(root.get("b").and_then(Node::as_text), Some("x y"));
    }

    #[test]
    fn tabs_are_blanks_between_tokens() {
        let root = read("a:\tb\nc:\n-\td\n- \"e\n\tf\"");
        assert_eq!(root.get("a").and_then(Node::as_text), Some("b"));
        assert_eq!(texts(root.get("c")), ["d", "e f"]);
    }

    #[test]
    fn places_are_those_of_the_text_as_written() {
        let text = "a: [\nb,\nc]";
        let root = read(text);
        let items = root.get("a").and_then(Node::as_seq).unwrap_or_default();
        let written: Vec<_> = items
            .iter()
            .map(|item| &text[item.span.start as usize..item.span.end as usize])
            .collect();
        assert_eq!(written, ["b", "c"]);
    }
}
