//! What an operand stands for.

use std::borrow::Cow;

/// A typed value. Equality is strict: `true` is not the text `"1"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Not set.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A text.
    Str(String),
    /// A sealed variable: it is there, and nothing else is known about it.
    Sealed,
}

impl Value {
    /// The value of a text: `true` and `false` in any case are booleans, everywhere (§5).
    pub fn from_text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.eq_ignore_ascii_case("true") {
            Self::Bool(true)
        } else if text.eq_ignore_ascii_case("false") {
            Self::Bool(false)
        } else {
            Self::Str(text)
        }
    }

    /// Whether a condition that is only this value holds: all but null and false do.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    /// `IS present`: not null, not false, not the empty text.
    #[must_use]
    pub fn is_present(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => false,
            Self::Bool(true) | Self::Sealed => true,
            Self::Str(text) => !text.is_empty(),
        }
    }

    /// Equality as `=` and `IN` see it. What is sealed equals nothing, itself included.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        *self != Self::Sealed && self == other
    }

    /// The text that patterns and `concat` see; null has none.
    #[must_use]
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null | Self::Sealed => None,
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Str(text) => Some(Cow::Borrowed(text)),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from_text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::from_text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_true_and_false_are_booleans_in_any_case() {
        assert_eq!(Value::from("TRUE"), Value::Bool(true));
        assert_eq!(Value::from("False"), Value::Bool(false));
        assert_eq!(Value::from("yes"), Value::Str("yes".into()));
    }

    #[test]
    fn only_null_and_false_are_falsy_but_the_empty_text_is_blank() {
        assert!(Value::from("").is_truthy());
        assert!(Value::from("0").is_truthy());
        assert!(!Value::Null.is_truthy());
        assert!(!Value::from("").is_present());
        assert!(!Value::Bool(false).is_present());
        assert!(Value::from(" ").is_present());
    }
}
