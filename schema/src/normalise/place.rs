//! Where in the config a value stands, as messages name it.

use crate::source::Span;
use crate::yaml::Key;

/// A value's place: the keys that lead to it. Items of a list share the place of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    up: Option<&'a Place<'a>>,
    name: &'a str,
    /// Where the last key is written; a point where nobody wrote it.
    pub(super) key: Span,
    /// Whether the map here was told from others by its provider.
    pub(super) detected: bool,
}

impl<'a> Place<'a> {
    /// The whole config.
    pub(super) fn root(span: Span) -> Self {
        let key = Span {
            end: span.start,
            ..span
        };
        Self {
            up: None,
            name: "",
            key,
            detected: false,
        }
    }

    /// The value of a key here.
    pub(super) fn child(&'a self, key: &'a Key) -> Place<'a> {
        Place {
            up: Some(self),
            name: &key.text,
            key: key.span,
            detected: false,
        }
    }

    /// The same place, told by its provider.
    pub(super) fn detected(self) -> Self {
        Self {
            detected: true,
            ..self
        }
    }

    /// The map that this is a value of; the root is its own.
    pub(super) fn parent(&self) -> &Place<'a> {
        self.up.unwrap_or(self)
    }

    /// The last key.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// The dotted path; a key that repeats is named once, as in the reference.
    pub(super) fn path(&self) -> String {
        let mut names = Vec::new();
        let mut at = Some(self);
        while let Some(place) = at {
            if place.up.is_some() {
                names.push(place.name);
            }
            at = place.up;
        }
        if names.is_empty() {
            return "root".to_owned();
        }
        names.reverse();
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        seen.join(".")
    }
}

/// A key that nobody wrote, for a value that somebody did.
pub(super) fn unwritten(name: &str, span: Span) -> Key {
    Key {
        text: name.to_owned(),
        span: Span {
            end: span.start,
            ..span
        },
    }
}

/// Whether somebody wrote a key.
pub(super) fn is_written(key: &Key) -> bool {
    key.span.start != key.span.end
}
