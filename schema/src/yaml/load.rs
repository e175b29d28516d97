//! From a source to a tree.

use super::build::Builder;
use super::events::{self, Failure, Stream};
use super::lenient::Attempts;
use super::node::{Map, Node, Resolved, Value};
use super::text::Text;
use super::{error, limits};
use crate::diagnostic::{Diagnostic, Level};
use crate::dialect::Dialect;
use crate::source::{FileId, Source, Span};

/// What became of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The document, always a map; `None` when a fatal diagnostic says why there is none.
    pub root: Option<Node>,
    /// What is to be said about the text, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
    /// Blank lines before the first text. The reference counts its lines from there.
    pub skipped_lines: usize,
}

/// Reads the first document of a text. Never fails: what is wrong stands in the diagnostics.
///
/// `file` is put into every span. Rules: language reference §1.
#[must_use]
pub fn load(source: &Source, file: FileId, dialect: Dialect) -> Loaded {
    if source.text.len() > limits::MAX_BYTES {
        let span = place(file, limits::MAX_BYTES, limits::MAX_BYTES);
        return failed(limits::too_large(source.text.len(), span), 0);
    }
    if let Some(diagnostic) = error::unreadable(&source.text, file) {
        return failed(diagnostic, 0);
    }
    let mut text = Text::new(&source.text, file, dialect);
    let skipped_lines = text.skipped_lines();
    match read(&mut text, dialect) {
        Ok((root, diagnostics)) => Loaded {
            root: Some(root),
            diagnostics,
            skipped_lines,
        },
        Err(diagnostic) => failed(*diagnostic, skipped_lines),
    }
}

type Read = Result<(Node, Vec<Diagnostic>), Box<Diagnostic>>;

fn read(text: &mut Text<'_>, dialect: Dialect) -> Read {
    let mut attempts = Attempts::new();
    loop {
        let error = match events::first_document(text) {
            Ok(stream) => return built(text, &stream, dialect),
            Err(Failure::Budget(diagnostic)) => return Err(diagnostic),
            Err(Failure::Syntax(error)) => error,
        };
        if !attempts.mend(text, &error) {
            return Err(Box::new(error::syntax(text, &error)));
        }
    }
}

fn built(text: &Text<'_>, stream: &Stream<'_>, dialect: Dialect) -> Read {
    if stream.events.is_empty() {
        return Ok((empty(text.whole()), Vec::new()));
    }
    let mut builder = Builder::new(text, dialect, &stream.events);
    let root = builder.document()?;
    let mut diagnostics = builder.into_diagnostics();
    if let (Dialect::Ours, Some(span)) = (dialect, stream.trailing) {
        diagnostics.push(error::more_documents(span));
    }
    Ok((rooted(root)?, diagnostics))
}

/// The root as a map: nothing, `~` and `false` are an empty one (language reference §1.2).
fn rooted(root: Node) -> Result<Node, Box<Diagnostic>> {
    let kind = match &root.value {
        Value::Map(_) => return Ok(root),
        Value::Seq(_) => "a list",
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null | Resolved::Bool(false) => return Ok(empty(root.span)),
            _ => "a single value",
        },
    };
    let message = format!("The file must be a map of keys, but it is {kind}");
    Err(Box::new(
        Diagnostic::new(Level::Error, "invalid_root", "root", message, root.span)
            .fatal()
            .with_label(format!("this is {kind}"))
            .with_help("start with a key, for example `script: make test`"),
    ))
}

fn empty(span: Span) -> Node {
    Node::new(Value::Map(Map::default()), span)
}

fn failed(diagnostic: Diagnostic, skipped_lines: usize) -> Loaded {
    Loaded {
        root: None,
        diagnostics: vec![diagnostic],
        skipped_lines,
    }
}

/// A range of a file.
pub(super) fn place(file: FileId, start: usize, end: usize) -> Span {
    Span {
        file,
        ..Span::new(start, end)
    }
}
