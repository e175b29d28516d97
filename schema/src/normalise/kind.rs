//! What a value is, as the rules of normalisation tell kinds apart.

use crate::yaml::{Node, Resolved, Scalar, Style, Value};

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Null.
    None,
    /// A boolean.
    Bool,
    /// A number.
    Num,
    /// A text.
    Str,
    /// A list.
    Seq,
    /// A map.
    Map,
    /// A map whose only key is `secure`.
    Secure,
}

impl Kind {
    /// The name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bool => "bool",
            Self::Num => "num",
            Self::Str => "str",
            Self::Seq => "seq",
            Self::Map => "map",
            Self::Secure => "secure",
        }
    }

    /// Whether it is a leaf.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        matches!(self, Self::None | Self::Bool | Self::Num | Self::Str)
    }
}

/// The kind of a value.
#[must_use]
pub fn kind(node: &Node) -> Kind {
    match &node.value {
        Value::Seq(_) => Kind::Seq,
        Value::Map(map) if map.entries.len() == 1 && map.get("secure").is_some() => Kind::Secure,
        Value::Map(_) => Kind::Map,
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => Kind::None,
            Resolved::Bool(_) => Kind::Bool,
            Resolved::Int(_) => Kind::Num,
            Resolved::Str => Kind::Str,
        },
    }
}

/// Whether the value says something: not null, nor empty.
#[must_use]
pub fn is_given(node: &Node) -> bool {
    match &node.value {
        Value::Seq(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => false,
            Resolved::Bool(_) | Resolved::Int(_) => true,
            Resolved::Str => !scalar.text.is_empty(),
        },
    }
}

/// Whether the value is null or an empty map, and so goes away.
#[must_use]
pub fn is_missing(node: &Node) -> bool {
    match &node.value {
        Value::Seq(_) => false,
        Value::Map(map) => map.is_empty(),
        Value::Scalar(scalar) => scalar.resolved == Resolved::Null,
    }
}

/// The same place with a boolean.
pub(super) fn with_bool(node: &Node, value: bool) -> Node {
    with_scalar(node, value.to_string(), Resolved::Bool(value))
}

/// The same place with a text.
pub(super) fn with_text(node: &Node, text: impl Into<String>) -> Node {
    with_scalar(node, text.into(), Resolved::Str)
}

/// The same place with a scalar.
pub(super) fn with_scalar(node: &Node, text: String, resolved: Resolved) -> Node {
    let style = node.as_scalar().map_or(Style::Plain, |scalar| scalar.style);
    let value = Value::Scalar(Scalar {
        text,
        style,
        resolved,
    });
    Node {
        value,
        span: node.span,
        anchored: node.anchored,
        tag: node.tag.clone(),
    }
}

/// The same place with another value.
pub(super) fn with_value(node: &Node, value: Value) -> Node {
    Node {
        value,
        span: node.span,
        anchored: node.anchored,
        tag: None,
    }
}
