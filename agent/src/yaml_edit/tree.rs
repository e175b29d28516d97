//! A config as a tree that knows where everything stands.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use schema::yaml::{MAX_BYTES, MAX_DEPTH};
use std::borrow::Cow;

/// A text that is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// A value with its bytes. The end of a block value is the end of its last part.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number of its anchor; 0 is none.
    pub(super) anchor: usize,
    pub(super) tag: Option<String>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Scalar {
        text: String,
        style: Style,
    },
    Seq {
        items: Vec<Node>,
        flow: bool,
    },
    Map {
        pairs: Vec<Pair>,
        flow: bool,
    },
    /// `*name`, by the number of the anchor.
    Alias(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Block,
}

#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) key: Node,
    pub(super) value: Node,
}

impl Node {
    /// A value that stands nowhere yet.
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            start: 0,
            end: 0,
            anchor: 0,
            tag: None,
        }
    }

    /// `{secure: "…"}`.
    pub(super) fn secure(sealed: &str) -> Self {
        let value = Self::new(Shape::Scalar {
            text: sealed.to_owned(),
            style: Style::Quoted,
        });
        Self::map(vec![Pair::new("secure", value)])
    }

    pub(super) fn map(pairs: Vec<Pair>) -> Self {
        Self::new(Shape::Map { pairs, flow: false })
    }

    pub(super) fn seq(items: Vec<Self>) -> Self {
        Self::new(Shape::Seq { items, flow: false })
    }

    /// Whether both say the same, wherever they stand and in block or flow style.
    pub(super) fn same(a: &Self, b: &Self) -> bool {
        a.anchor == b.anchor
            && a.tag == b.tag
            && match (&a.shape, &b.shape) {
                (
                    Shape::Scalar { text, style },
                    Shape::Scalar {
                        text: other,
                        style: other_style,
                    },
                ) => text == other && style == other_style,
                (Shape::Seq { items, .. }, Shape::Seq { items: others, .. }) => {
                    items.len() == others.len()
                        && items.iter().zip(others).all(|(a, b)| Self::same(a, b))
                }
                (Shape::Map { pairs, .. }, Shape::Map { pairs: others, .. }) => {
                    let same = |(a, b): (&Pair, &Pair)| {
                        Self::same(&a.key, &b.key) && Self::same(&a.value, &b.value)
                    };
                    pairs.len() == others.len() && pairs.iter().zip(others).all(same)
                }
                (Shape::Alias(a), Shape::Alias(b)) => a == b,
                _ => false,
            }
    }

    /// Nothing was written.
    pub(super) fn is_absent(&self) -> bool {
        self.anchor == 0
            && self.tag.is_none()
            && matches!(&self.shape, Shape::Scalar { text, style: Style::Plain } if text.is_empty())
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(super) fn pairs(&self) -> Option<&[Pair]> {
        match &self.shape {
            Shape::Map { pairs, .. } => Some(pairs),
            _ => None,
        }
    }

    /// The sealed text, when this is a map whose only key is `secure`.
    pub(super) fn as_secure(&self) -> Option<&Self> {
        match self.pairs() {
            Some([Pair { key, value }]) if key.text() == Some("secure") => Some(value),
            _ => None,
        }
    }
}

impl Pair {
    pub(super) fn new(key: &str, value: Node) -> Self {
        let style = if needs_quotes(key) {
            Style::Quoted
        } else {
            Style::Plain
        };
        let text = key.to_owned();
        let key = Node::new(Shape::Scalar { text, style });
        Self { key, value }
    }
}

/// Whether YAML 1.1 takes a word for a boolean or null.
pub(super) fn needs_quotes(key: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(key))
}

/// Reads a text of one document; `None` when it holds no value.
pub(super) fn parse(text: &str) -> Result<Option<Node>, SyntaxError> {
    if text.len() > MAX_BYTES {
        return Err(SyntaxError {
            line: 1,
            reason: format!("the file is larger than {} kB", MAX_BYTES / 1024),
        });
    }
    let mut builder = Builder {
        text,
        bytes: text.char_indices().map(|(at, _)| at).collect(),
        open: Vec::new(),
        root: None,
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| SyntaxError {
            line: error.marker().line(),
            reason: error.info().to_owned(),
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.root)
}

/// A list or map whose end has not come yet; a map collects keys and values in turn.
struct Open {
    node: Node,
    children: Vec<Node>,
}

struct Builder<'a> {
    text: &'a str,
    /// The byte of each character.
    bytes: Vec<usize>,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn byte(&self, character: usize) -> usize {
        self.bytes
            .get(character)
            .copied()
            .unwrap_or(self.text.len())
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), SyntaxError> {
        let refuse = |reason: &str| SyntaxError {
            line: span.start.line(),
            reason: reason.to_owned(),
        };
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        let marked = |shape, anchor, tag: Option<Cow<'_, saphyr_parser::Tag>>| Node {
            shape,
            start,
            end,
            anchor,
            tag: tag.map(|tag| format!("{}{}", tag.handle, tag.suffix)),
        };
        let opens = |bracket| {
            let span = self.text.get(start..end).unwrap_or_default();
            span.starts_with(bracket) || span.trim_end().ends_with(bracket)
        };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                let text = text.into_owned();
                let mut node = marked(Shape::Scalar { text, style }, anchor, tag);
                // The parser's span runs on over blanks and comments.
                let span = self.text.get(start..end).unwrap_or_default();
                node.end = match style {
                    _ if node.is_absent() => start,
                    Style::Quoted => start + quoted_length(span),
                    Style::Plain | Style::Block => start + span.trim_end().len(),
                };
                self.add(node);
            }
            Event::Alias(anchor) => self.add(marked(Shape::Alias(anchor), 0, None)),
            Event::SequenceStart(anchor, tag) => {
                let flow = opens('[');
                let items = Vec::new();
                self.begin(marked(Shape::Seq { items, flow }, anchor, tag));
            }
            Event::MappingStart(anchor, tag) => {
                let flow = opens('{');
                let pairs = Vec::new();
                self.begin(marked(Shape::Map { pairs, flow }, anchor, tag));
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(start + 1),
            Event::DocumentStart(_) if self.root.is_some() => {
                return Err(refuse("the file holds more than one document"));
            }
            _ => {}
        }
        if self.open.len() > MAX_DEPTH {
            return Err(refuse(&format!(
                "lists and maps nest more than {MAX_DEPTH} levels deep"
            )));
        }
        Ok(())
    }

    fn begin(&mut self, node: Node) {
        self.open.push(Open {
            node,
            children: Vec::new(),
        });
    }

    /// Ends a list or map; `bracket_end` counts for one in flow style.
    fn finish(&mut self, bracket_end: usize) {
        let Some(Open { mut node, children }) = self.open.pop() else {
            return;
        };
        let last = children
            .iter()
            .map(|child| child.end)
            .max()
            .unwrap_or(node.end);
        match &mut node.shape {
            Shape::Seq { items, flow } => {
                node.end = if *flow { bracket_end } else { last };
                *items = children;
            }
            Shape::Map { pairs, flow } => {
                node.end = if *flow { bracket_end } else { last };
                let mut children = children.into_iter();
                while let (Some(key), Some(value)) = (children.next(), children.next()) {
                    pairs.push(Pair { key, value });
                }
            }
            Shape::Scalar { .. } | Shape::Alias(_) => {}
        }
        self.add(node);
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => self.root = Some(node),
        }
    }
}

/// The length of a quoted scalar, with the anchor and tag before it.
fn quoted_length(span: &str) -> usize {
    let Some((open, quote)) = span
        .char_indices()
        .find(|(_, char)| matches!(char, '"' | '\''))
    else {
        return span.len();
    };
    let mut rest = span
        .char_indices()
        .skip_while(|(at, _)| *at <= open)
        .peekable();
    while let Some((at, character)) = rest.next() {
        if character == '\\' && quote == '"' {
            rest.next();
        } else if character == quote {
            if quote == '\'' && rest.peek().is_some_and(|(_, next)| *next == quote) {
                rest.next();
            } else {
                return at + 1;
            }
        }
    }
    span.len()
}

#[cfg(test)]
mod tests;
