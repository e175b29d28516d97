//! The place of a part of a scalar, e.g. of one word of an `env` string.

use std::ops::Range;

use super::node::Node;
use crate::source::{Source, Span};

/// The place of bytes `part` of a scalar's text.
///
/// Exact where the text stands in the source as it is, or the part stands there just once;
/// otherwise (escapes, folded lines) the place of the whole scalar.
#[must_use]
pub fn span_of_part(source: &Source, node: &Node, part: Range<usize>) -> Span {
    exact(source, node, part).unwrap_or(node.span)
}

fn exact(source: &Source, node: &Node, part: Range<usize>) -> Option<Span> {
    let text = &node.as_scalar()?.text;
    let wanted = text.get(part.clone())?;
    let range = node.span.start as usize..node.span.end as usize;
    let written = source.text.get(range)?;
    let offset = match written.find(text.as_str()) {
        Some(at) => at + part.start,
        None if wanted.is_empty() => return None,
        None => {
            let mut places = written.match_indices(wanted);
            let (first, _) = places.next()?;
            places.next().is_none().then_some(first)?
        }
    };
    let start = node.span.start + u32::try_from(offset).ok()?;
    Some(Span {
        start,
        end: start + u32::try_from(wanted.len()).ok()?,
        ..node.span
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::source::FileId;
    use crate::yaml::load;

    /// What stands at the place of a part of `a`.
    fn found(text: &str, part: &str) -> String {
        let source = Source::new("x", text);
        let loaded = load(&source, FileId(0), Dialect::Ours);
        let root = loaded.root.expect("a map");
        let node = root.get("a").expect("a");
        let value = node.as_text().expect("a text");
        let at = value.find(part).expect("a part");
        let span = span_of_part(&source, node, at..at + part.len());
        text[span.start as usize..span.end as usize].to_owned()
    }

    #[test]
    fn parts_of_plain_and_quoted_text_are_found() {
        assert_eq!(found("a: ä=1 B=2 ", "B=2"), "B=2");
        assert_eq!(found("a: 'A=1 B=2'", "B=2"), "B=2");
        assert_eq!(found("a: \"A=\\\"1\\\" B=2\"", "B=2"), "B=2");
        assert_eq!(found("a: |\n  A=1\n  B=2\n", "B=2"), "B=2");
    }

    #[test]
    fn a_part_that_is_written_otherwise_is_placed_at_the_whole() {
        assert_eq!(found("a: 'it''s'", "t's"), "'it''s'");
    }
}
