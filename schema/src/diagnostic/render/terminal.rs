//! Messages with the lines they are about and carets below.

use std::ops::Range;

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Title, Origin, Patch, Renderer, Snippet,
};

use super::redact::{LINE, Redaction, Shortened, read};
use crate::diagnostic::{Diagnostic, Level, Suggestion};
use crate::source::{Source, Span};

/// How messages are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// Columns of the terminal; longer lines of source are cut around the carets.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            color: false,
            width: DEFAULT_TERM_WIDTH,
        }
    }
}

/// The messages for people at a terminal, with a blank line after each.
#[must_use]
pub fn terminal(diagnostics: &[Diagnostic], sources: &[Source], options: Options) -> String {
    let renderer = if options.color {
        Renderer::styled().hyperlink(false)
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(options.width);
    let redaction = Redaction::new(sources);
    let pages: Vec<_> = sources.iter().map(Page::new).collect();
    let mut text = String::new();
    for diagnostic in diagnostics {
        let groups = groups(diagnostic, &pages, &redaction);
        text.push_str(&renderer.render(&groups));
        text.push_str("\n\n");
    }
    text
}

/// A source as it can be shown.
struct Page<'s> {
    source: &'s Source,
    shown: Shortened,
}

impl<'s> Page<'s> {
    fn new(source: &'s Source) -> Self {
        Self {
            source,
            shown: Shortened::of(read(source)),
        }
    }

    /// The bytes of a span in the shown text; of several lines only the first.
    fn range(&self, span: Span) -> Range<usize> {
        let start = self.shown.offset(span.start as usize);
        let end = self.shown.offset(span.end as usize).max(start);
        let marked = self.shown.text.get(start..end).unwrap_or_default();
        let first_line = marked.lines().next().unwrap_or_default().trim_end();
        start..start + first_line.len()
    }

    /// Whether a sealed value before a place in its line is shortened, so that its column in
    /// the shown text is not the one in the file.
    fn is_moved(&self, span: Span) -> bool {
        let column = |text: &str, at: usize| {
            let before = text.get(..at).unwrap_or_default();
            before.len() - before.rfind('\n').map_or(0, |newline| newline + 1)
        };
        let at = span.start as usize;
        column(&self.source.text, at) != column(&self.shown.text, self.shown.offset(at))
    }

    /// The lines that hold all of the ranges, and the number of the first of them.
    fn lines(&self, ranges: &[Range<usize>]) -> (Range<usize>, usize) {
        let text = &self.shown.text;
        let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
        let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let before = text.get(..first).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(last..).unwrap_or_default();
        let mut end = last + rest.find('\n').unwrap_or(rest.len()).min(LINE);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (start..end, before.matches('\n').count() + 1)
    }
}

fn groups<'a>(
    diagnostic: &'a Diagnostic,
    pages: &'a [Page<'a>],
    redaction: &Redaction,
) -> Vec<Group<'a>> {
    let title = level(diagnostic.level)
        .primary_title(redaction.words(&diagnostic.message).into_owned())
        .id(diagnostic.code);
    let mut group = Group::with_title(title);
    for (page, marks) in marks(diagnostic, pages) {
        if let Some(mark) = marks.first().filter(|mark| page.is_moved(mark.span)) {
            let at = page.source.line_column(mark.span.start);
            let origin = Origin::path(redaction.words(&page.source.name).into_owned())
                .line(at.line)
                .char_column(at.column);
            group = group.element(origin);
        }
        group = group.element(snippet(page, &marks, redaction));
    }
    let mut groups = Vec::new();
    let help = diagnostic.help.as_ref().map(|help| redaction.words(help));
    let suggestion = diagnostic.suggestion.as_ref();
    let patch = suggestion.and_then(|suggestion| patch(suggestion, pages, redaction));
    match (help, patch) {
        (None, None) => groups.push(group),
        (Some(help), None) => {
            groups.push(group.element(Title::HELP.message(help.into_owned())));
        }
        (help, Some(patch)) => {
            let title = help.map_or_else(|| "write this instead".to_owned(), |it| it.into_owned());
            groups.push(group);
            groups.push(Title::HELP.secondary_title(title).element(patch));
        }
    }
    groups
}

/// One place with its words.
struct Mark<'d> {
    span: Span,
    label: Option<&'d str>,
    kind: AnnotationKind,
}

/// The places of a message by file, its own file first.
fn marks<'a>(
    diagnostic: &'a Diagnostic,
    pages: &'a [Page<'a>],
) -> Vec<(&'a Page<'a>, Vec<Mark<'a>>)> {
    let own = Mark {
        span: diagnostic.span,
        label: diagnostic.label.as_deref(),
        kind: AnnotationKind::Primary,
    };
    let related = diagnostic.related.iter().map(|related| Mark {
        span: related.span,
        label: Some(&related.label),
        kind: AnnotationKind::Context,
    });
    let mut files: Vec<(u16, Vec<Mark<'a>>)> = Vec::new();
    for mark in std::iter::once(own).chain(related) {
        let file = mark.span.file.0;
        match files.iter_mut().find(|(id, _)| *id == file) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((file, vec![mark])),
        }
    }
    let known = files.into_iter();
    known
        .filter_map(|(file, marks)| Some((pages.get(usize::from(file))?, marks)))
        .collect()
}

fn snippet<'a>(
    page: &'a Page<'a>,
    marks: &[Mark<'_>],
    redaction: &Redaction,
) -> Snippet<'a, Annotation<'a>> {
    let ranges: Vec<_> = marks.iter().map(|mark| page.range(mark.span)).collect();
    let (lines, number) = page.lines(&ranges);
    let moved = marks.first().is_some_and(|mark| page.is_moved(mark.span));
    let name = redaction.words(&page.source.name).into_owned();
    let annotations = marks.iter().zip(&ranges).map(|(mark, range)| {
        let label = mark.label.map(|label| redaction.words(label).into_owned());
        mark.kind.span(within(range, &lines)).label(label)
    });
    Snippet::source(page.shown.text.get(lines.clone()).unwrap_or_default())
        .line_start(number)
        .path((!moved).then_some(name))
        .annotations(annotations)
}

/// The suggested text in its line; nothing when part of it must not be shown.
fn patch<'a>(
    suggestion: &'a Suggestion,
    pages: &'a [Page<'a>],
    redaction: &Redaction,
) -> Option<Snippet<'a, Patch<'a>>> {
    let page = pages.get(usize::from(suggestion.span.file.0))?;
    let old = page
        .source
        .text
        .get(suggestion.span.start as usize..suggestion.span.end as usize)?;
    if !redaction.is_open(&suggestion.replacement) || !redaction.is_open(old) {
        return None;
    }
    let start = page.shown.offset(suggestion.span.start as usize);
    let range = start..start + old.len();
    let (lines, number) = page.lines(std::slice::from_ref(&range));
    let patch = Patch::new(within(&range, &lines), suggestion.replacement.as_str());
    Some(
        Snippet::source(page.shown.text.get(lines)?)
            .line_start(number)
            .path(redaction.words(&page.source.name).into_owned())
            .patch(patch),
    )
}

/// A range of the text as a range of some lines of it.
fn within(range: &Range<usize>, lines: &Range<usize>) -> Range<usize> {
    let clamped = |at: usize| at.clamp(lines.start, lines.end) - lines.start;
    clamped(range.start)..clamped(range.end)
}

fn level(level: Level) -> Title<'static> {
    match level {
        Level::Info => Title::INFO,
        Level::Warning => Title::WARNING,
        Level::Error => Title::ERROR,
        Level::Alert => Title::ERROR.with_name("alert"),
    }
}
