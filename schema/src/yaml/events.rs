//! The first document of a text as a flat list of events.
//!
//! Aliases point back into the list, so that an anchored value is stored once however often
//! it is repeated; the budgets are kept where the tree is built.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event as Parsed, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::limits;
use super::node::Style;
use super::text::Text;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// One step of a document.
pub(super) struct Event<'t> {
    pub(super) kind: Kind<'t>,
    /// The place, without anchor and tag.
    pub(super) span: Span,
    pub(super) anchored: bool,
    pub(super) tag: Option<Box<str>>,
}

pub(super) enum Kind<'t> {
    Scalar(Cow<'t, str>, Style),
    SeqStart,
    MapStart,
    End,
    /// Stands for the value that starts at this position of the list.
    Alias(usize),
    /// No anchor of this name stands before it.
    UnknownAlias,
}

/// What a text holds.
pub(super) struct Stream<'t> {
    /// The first document; empty where there is none.
    pub(super) events: Vec<Event<'t>>,
    /// Where a second document starts.
    pub(super) trailing: Option<Span>,
}

/// Why there is no document.
pub(super) enum Failure {
    /// The text is no YAML.
    Syntax(ScanError),
    /// A budget is exceeded.
    Budget(Box<Diagnostic>),
}

pub(super) fn first_document<'t>(text: &'t Text<'_>) -> Result<Stream<'t>, Failure> {
    Reader {
        text,
        parser: Parser::new_from_str(text.as_str()),
        stream: Stream {
            events: Vec::with_capacity(expected(text.as_str())),
            trailing: None,
        },
        starts: HashMap::new(),
        depth: 0,
    }
    .read()
}

/// About how many events a text has; texts made to cost much get no more room beforehand.
fn expected(text: &str) -> usize {
    const BYTES: usize = 16;
    const MOST: usize = 1024;
    (text.len() / BYTES).min(MOST)
}

struct Reader<'t, 's> {
    text: &'t Text<'s>,
    parser: Parser<'t, StrInput<'t>>,
    stream: Stream<'t>,
    /// Where the value of each anchor starts in the list, by the parser's number for it.
    starts: HashMap<usize, usize>,
    depth: usize,
}

impl<'t> Reader<'t, '_> {
    fn read(mut self) -> Result<Stream<'t>, Failure> {
        loop {
            match self.parser.next_event() {
                None | Some(Ok((Parsed::StreamEnd, _))) => break,
                Some(Ok((Parsed::DocumentEnd, _))) => {
                    self.stream.trailing = self.second_document();
                    break;
                }
                Some(Ok((event, span))) => self.take(event, span)?,
                Some(Err(error)) if is_unknown_alias(&error) => self.unknown_alias(&error),
                Some(Err(error)) => return Err(Failure::Syntax(error)),
            }
        }
        Ok(self.stream)
    }

    fn take(&mut self, event: Parsed<'t>, span: saphyr_parser::Span) -> Result<(), Failure> {
        let whole = self.text.span(span.start.index(), span.end.index());
        match event {
            Parsed::Scalar(value, style, anchor, tag) => {
                let place = if value.is_empty() && style == ScalarStyle::Plain {
                    self.nothing(whole, anchor > 0 || tag.is_some())
                } else {
                    self.without_properties(whole, anchor, tag.is_some())
                };
                let value = self.without_added_newline(value, style, span.end.index());
                self.push(Kind::Scalar(value, written(style)), place, anchor, tag);
            }
            Parsed::SequenceStart(anchor, tag) => {
                self.open(Kind::SeqStart, whole, anchor, tag)?;
            }
            Parsed::MappingStart(anchor, tag) => {
                self.open(Kind::MapStart, whole, anchor, tag)?;
            }
            Parsed::SequenceEnd | Parsed::MappingEnd => {
                self.depth = self.depth.saturating_sub(1);
                self.push(Kind::End, whole, 0, None);
            }
            Parsed::Alias(id) => {
                let kind = self
                    .starts
                    .get(&id)
                    .map_or(Kind::UnknownAlias, |at| Kind::Alias(*at));
                self.push(kind, whole, 0, None);
            }
            _ => {}
        }
        Ok(())
    }

    /// A block at the very end of the text has no newline there; the parser adds one.
    fn without_added_newline(
        &self,
        value: Cow<'t, str>,
        style: ScalarStyle,
        end: usize,
    ) -> Cow<'t, str> {
        let at_end = written(style) == Style::Block && self.text.is_end(end);
        match value.strip_suffix('\n') {
            Some(kept) if at_end => Cow::Owned(kept.to_owned()),
            _ => value,
        }
    }

    fn open(
        &mut self,
        kind: Kind<'t>,
        whole: Span,
        anchor: usize,
        tag: Option<Cow<'t, Tag>>,
    ) -> Result<(), Failure> {
        let span = self.without_properties(whole, anchor, tag.is_some());
        self.depth += 1;
        if self.depth > limits::MAX_DEPTH {
            return Err(Failure::Budget(Box::new(limits::too_deep(span))));
        }
        self.push(kind, span, anchor, tag);
        Ok(())
    }

    fn push(&mut self, kind: Kind<'t>, span: Span, anchor: usize, tag: Option<Cow<'t, Tag>>) {
        if anchor > 0 {
            self.starts.insert(anchor, self.stream.events.len());
        }
        self.stream.events.push(Event {
            kind,
            span,
            anchored: anchor > 0,
            tag: tag.map(|tag| shortened(&tag)),
        });
    }

    /// The parser has already gone past the alias when it reports it, so it can be asked on.
    fn unknown_alias(&mut self, error: &ScanError) {
        let at = error.marker().index();
        let mut span = self.text.span(at, at + 1);
        let rest = self.text.from(span.start);
        let name = rest.split(is_separator).next().unwrap_or_default();
        span.end = span.start + length(name);
        self.push(Kind::UnknownAlias, span, 0, None);
    }

    /// A place less the anchor and the tag that stand before the value.
    fn without_properties(&self, whole: Span, anchor: usize, tagged: bool) -> Span {
        let mut span = whole;
        for _ in 0..usize::from(anchor > 0) + usize::from(tagged) {
            let written = self.text.written(span);
            if !written.starts_with(['&', '!']) {
                break;
            }
            let word = written.find(is_separator).unwrap_or(written.len());
            let mut rest = written.get(word..).unwrap_or_default().trim_start();
            while rest.starts_with('#') {
                let next = rest.split_once('\n').map_or("", |(_, next)| next);
                rest = next.trim_start();
            }
            span.start = span.end - length(rest);
        }
        let trimmed = length(self.text.written(span).trim_end());
        span.end = span.start + trimmed;
        span
    }

    /// The place of a value that is not written: after its key's colon or its dash.
    fn nothing(&self, mark: Span, has_properties: bool) -> Span {
        let after_sign = self.text.from(mark.start).starts_with([':', '-']);
        let at = match self.text.written(mark) {
            "" if after_sign && !has_properties => mark.start + 1,
            ":" | "-" => mark.end,
            _ if has_properties => mark.end,
            _ => mark.start,
        };
        Span {
            start: at,
            end: at,
            ..mark
        }
    }

    /// Where a second document with any content starts, if one follows.
    fn second_document(&mut self) -> Option<Span> {
        let start = match self.parser.next_event() {
            Some(Ok((Parsed::DocumentStart(_), span))) => span,
            Some(Err(error)) => {
                let at = error.marker().index();
                return Some(self.text.span(at, at + 1));
            }
            _ => return None,
        };
        match self.parser.next_event() {
            Some(Ok((Parsed::Scalar(value, ..), _))) if value.is_empty() => None,
            _ => Some(self.text.span(start.start.index(), start.end.index())),
        }
    }
}

/// A tag, cut where it is longer than any that has a meaning: `%TAG` can make each short tag long.
fn shortened(tag: &Tag) -> Box<str> {
    const LONGEST: usize = 64;
    let chars = tag.handle.chars().chain(tag.suffix.chars());
    chars.take(LONGEST).collect::<String>().into()
}

/// Whether the parser stopped at an alias whose anchor it has not seen.
fn is_unknown_alias(error: &ScanError) -> bool {
    error.info().ends_with("found unknown anchor")
}

/// Whether a character ends the name of an anchor or a tag.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}')
}

fn written(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
