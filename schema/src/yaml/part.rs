//! The place of a part of a scalar, e.g. of one word of an `env` string.

use std::ops::Range;

use super::node::{Node, Style};
use crate::source::Span;

/// The place of bytes `part` of a scalar's text.
///
/// Exact where the text stands in the source as it is, with nothing but quotes around it;
/// otherwise (escapes, several lines) the place of the whole scalar.
#[must_use]
pub fn part_of(node: &Node, part: Range<usize>) -> Span {
    exact(node, part).unwrap_or(node.span)
}

fn exact(node: &Node, part: Range<usize>) -> Option<Span> {
    let scalar = node.as_scalar()?;
    let quote = match scalar.style {
        Style::Plain | Style::Block => 0,
        Style::Quoted => 1,
    };
    let written = node.span.end.checked_sub(node.span.start)? as usize;
    if written != scalar.text.len() + 2 * quote || part.end > scalar.text.len() {
        return None;
    }
    let place = |at: usize| Some(node.span.start + u32::try_from(at + quote).ok()?);
    Some(Span {
        start: place(part.start)?,
        end: place(part.end)?,
        ..node.span
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::source::{FileId, Source};
    use crate::yaml::load;

    /// What stands at the place of a part of `a`.
    fn found(text: &str, part: &str) -> String {
        let loaded = load(&Source::new("x", text), FileId(0), Dialect::Ours);
        let root = loaded.root.expect("a map");
        let node = root.get("a").expect("a");
        let value = node.as_text().expect("a text");
        let at = value.find(part).expect("a part");
        let span = part_of(node, at..at + part.len());
        text[span.start as usize..span.end as usize].to_owned()
    }

    #[test]
    fn parts_of_plain_and_quoted_text_are_found() {
        assert_eq!(found("a: ä=1 B=2 ", "B=2"), "B=2");
        assert_eq!(found("a: 'A=1 B=2'", "B=2"), "B=2");
        assert_eq!(found("a: \"A=1 B=2\"", "B=2"), "B=2");
        assert_eq!(found("a: |\n  A=1 B=2\n", "B=2"), "B=2");
    }

    #[test]
    fn a_part_of_what_is_written_otherwise_is_placed_at_the_whole() {
        for written in ["'it''s'", "b\n  t's", "\"it\\x27s\""] {
            assert_eq!(found(&format!("a: {written}"), "t's"), written);
        }
    }
}
