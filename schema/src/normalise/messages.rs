//! The messages of normalisation, in words, with the arguments that the reference gives them.

mod keys;
mod secrets;
mod texts;
mod values;

pub(super) use texts::ConditionError;

/// The code of messages about what is read and checked, and comes to nothing yet.
pub const NOT_YET: &str = "not_yet";

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::diagnostic::{Arg, Diagnostic, Suggestion};
use crate::source::{Lines, Source, Span};
use crate::yaml::{Key, Node, Resolved, Value};

use super::place::Place;

/// Messages in the order found, each once.
pub(super) struct Report<'s> {
    found: Vec<Diagnostic>,
    /// The positions of messages by a hash of what they say.
    seen: HashMap<u64, Vec<usize>>,
    hash: RandomState,
    files: Vec<(&'s Source, Lines)>,
    /// How many keys were compared with all that are known.
    guesses: usize,
    /// Renamed keys by their places, as they were written.
    renamed: HashMap<Span, String>,
}

/// How many unknown keys are guessed at: nobody reads more, and comparing takes its time.
const GUESSES: usize = 1_000;

impl<'s> Report<'s> {
    pub(super) fn new(sources: &[&'s Source]) -> Self {
        let file = |source: &&'s Source| (*source, Lines::default());
        Self {
            found: Vec::new(),
            seen: HashMap::new(),
            hash: RandomState::new(),
            files: sources.iter().map(file).collect(),
            guesses: 0,
            renamed: HashMap::new(),
        }
    }

    /// Notes that a key has another name from here on.
    pub(super) fn note_renamed(&mut self, key: &Key) {
        self.renamed.insert(key.span, key.text.clone());
    }

    /// How a renamed key at a place was written.
    pub(super) fn written(&self, key: Span) -> Option<Key> {
        let text = self.renamed.get(&key)?.clone();
        Some(Key { text, span: key })
    }

    /// Whether one more unknown key is guessed at.
    pub(super) fn may_guess(&mut self) -> bool {
        self.guesses += 1;
        self.guesses <= GUESSES
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found
    }

    /// The line of a key, from 0; none for a key that nobody wrote.
    fn line(&self, span: Span) -> Option<i64> {
        if span.start == span.end {
            return None;
        }
        let (source, lines) = self.files.get(usize::from(span.file.0))?;
        i64::try_from(lines.before(&source.text, span.start)).ok()
    }

    /// Adds a message unless it was there; `written` is the key whose line it names.
    fn add(&mut self, mut diagnostic: Diagnostic, written: Span) {
        if let Some(line) = self.line(written) {
            diagnostic.args.push(("line", Arg::Int(line)));
            if let (Some((source, _)), 2..) = (
                self.files.get(usize::from(written.file.0)),
                self.files.len(),
            ) {
                diagnostic.args.push(("src", Arg::Str(source.name.clone())));
            }
        }
        let known = self
            .seen
            .entry(self.hash.hash_one(said(&diagnostic)))
            .or_default();
        let mut others = known.iter().filter_map(|at| self.found.get(*at));
        if !others.any(|other| said(other) == said(&diagnostic)) {
            known.push(self.found.len());
            self.found.push(diagnostic);
        }
    }

    /// A message about a part of a text, which is named where it stands.
    fn part(&mut self, diagnostic: Diagnostic, place: &Place<'_>) {
        self.add(diagnostic, place.key);
    }

    /// A message about a value. One on lines of its own, as the items of a list are, is named at its
    /// key, whose line the reference names, and marked as well.
    fn value(&mut self, mut diagnostic: Diagnostic, place: &Place<'_>) {
        let (value, key) = (diagnostic.span, self.line(place.key));
        if key.is_some() && self.line(value) > key {
            diagnostic.span = place.key;
            let label = diagnostic.label.take();
            let label = label.unwrap_or_else(|| "here".to_owned());
            diagnostic = diagnostic.with_related(value, label);
        }
        self.add(diagnostic, place.key);
    }

    /// A message about a map's key: it names the provider where that told the map from others.
    fn of_map(&mut self, mut diagnostic: Diagnostic, place: &Place<'_>, map: &Node, written: Span) {
        if place.detected
            && let Some(provider) = map.get("provider").and_then(Node::as_text)
        {
            diagnostic.args.push(("provider", provider.into()));
        }
        let written = if written.start == written.end {
            place.key
        } else {
            written
        };
        self.add(diagnostic, written);
    }
}

/// What tells one message from another.
fn said(found: &Diagnostic) -> (&str, &str, &[(&'static str, Arg)]) {
    (found.code, &found.key, &found.args)
}

/// Suggests to write what is read anyway.
fn replace(mut diagnostic: Diagnostic, with: &str) -> Diagnostic {
    diagnostic.suggestion = Some(Suggestion {
        span: diagnostic.span,
        replacement: with.to_owned(),
        safe: true,
    });
    diagnostic
}

/// Suggests to write what may have been meant.
fn guess(diagnostic: Diagnostic, with: &str) -> Diagnostic {
    let mut diagnostic = replace(diagnostic, with);
    if let Some(suggestion) = &mut diagnostic.suggestion {
        suggestion.safe = false;
    }
    diagnostic
}

/// A value as an argument of a message.
#[must_use]
pub fn serialised(node: &Node) -> Arg {
    match &node.value {
        Value::Seq(items) => Arg::List(items.iter().map(serialised).collect()),
        Value::Map(map) => Arg::Map(
            map.entries
                .iter()
                .map(|entry| (entry.key.text.clone(), serialised(&entry.value)))
                .collect(),
        ),
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => Arg::Null,
            Resolved::Bool(value) => Arg::Bool(value),
            Resolved::Int(value) => Arg::Int(value),
            Resolved::Str => Arg::Str(scalar.text.clone()),
        },
    }
}
