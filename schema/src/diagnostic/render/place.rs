//! Spans as files, lines and columns.

use crate::source::{LineColumn, Source, Span};

/// A span with its source, start and end.
pub(super) struct Place<'s> {
    /// The source; `None` when it was not handed over.
    pub(super) source: Option<&'s Source>,
    pub(super) start: LineColumn,
    /// Where the next character would stand.
    pub(super) end: LineColumn,
}

impl<'s> Place<'s> {
    pub(super) fn new(span: Span, sources: &'s [Source]) -> Self {
        let source = sources.get(usize::from(span.file.0));
        let unknown = LineColumn { line: 1, column: 1 };
        let at = |offset| source.map_or(unknown, |source| source.line_column(offset));
        Self {
            source,
            start: at(span.start),
            end: at(span.end.max(span.start)),
        }
    }

    /// The name of the file.
    pub(super) fn file(&self) -> &'s str {
        self.source.map_or("?", |source| source.name.as_str())
    }
}
