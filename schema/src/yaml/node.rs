//! The tree that the rest of the language reads.

use crate::source::Span;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands; for an alias, where the alias stands.
    pub span: Span,
    /// Whether the value carries an anchor (`&name`).
    pub anchored: bool,
    /// The explicit tag, resolved, e.g. `tag:yaml.org,2002:str` or `!map+deep_merge`.
    pub tag: Option<Box<str>>,
}

/// The three shapes of YAML.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A leaf.
    Scalar(Scalar),
    /// A list.
    Seq(Vec<Node>),
    /// A map in the order written.
    Map(Map),
}

/// A leaf with the text as written and what an untyped reader takes it for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text as written: `1.10` stays `1.10`. For quoted and block scalars the unescaped text.
    pub text: String,
    /// How it was written.
    pub style: Style,
    /// What it stands for where no key asks for a type.
    pub resolved: Resolved,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'` or `"…"`.
    Quoted,
    /// `|` or `>`.
    Block,
}

/// The type of a scalar where nothing else is known (language reference §1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// `~`, `null` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer. Decision 2: the text is kept beside it.
    Int(i64),
    /// Anything else; the value is the text.
    Str,
}

/// A map: keys in the order written, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A map's key: always text, exactly as written (`on`, `true`, `1.5`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Map {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, with the key's place.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.text == key)
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// A node without anchor or tag.
    #[must_use]
    pub fn new(value: Value, span: Span) -> Self {
        Self {
            value,
            span,
            anchored: false,
            tag: None,
        }
    }

    /// A string that was not written by anyone, at a given place.
    pub fn string(text: impl Into<String>, span: Span) -> Self {
        let scalar = Scalar {
            text: text.into(),
            style: Style::Quoted,
            resolved: Resolved::Str,
        };
        Self::new(Value::Scalar(scalar), span)
    }

    /// Null at a given place.
    #[must_use]
    pub fn null(span: Span) -> Self {
        let scalar = Scalar {
            text: String::new(),
            style: Style::Plain,
            resolved: Resolved::Null,
        };
        Self::new(Value::Scalar(scalar), span)
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.resolved == Resolved::Null)
    }

    /// The scalar, when it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.resolved != Resolved::Null)
            .map(|scalar| scalar.text.as_str())
    }

    /// The map, when it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// A key's value, when this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map().and_then(|map| map.get(key))
    }
}
