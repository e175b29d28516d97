//! Messages as data: what is wrong, where, and what to write instead. Renderers are apart.

pub mod render;

use crate::source::Span;

/// How grave a message is, as the reference grades it (language reference §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; nothing to do.
    Info,
    /// Likely not what was meant.
    Warning,
    /// Wrong.
    Error,
    /// A secret lies open.
    Alert,
}

/// A message about a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub level: Level,
    /// The stable name of the message, e.g. `unknown_key` (language reference §3).
    pub code: &'static str,
    /// Whether the build cannot go on (decision 7).
    pub fatal: bool,
    /// The dotted path of the key it is about, without list positions, e.g. `env.global`; `root`.
    pub key: String,
    /// What is said: sentence case, no full stop, one idea.
    pub message: String,
    /// The place it is about.
    pub span: Span,
    /// Words at the place itself, beside the caret.
    pub label: Option<String>,
    /// Other places that belong to it, e.g. the first of two equal keys.
    pub related: Vec<Related>,
    /// What to do about it.
    pub help: Option<String>,
    /// A replacement of text that mends it.
    pub suggestion: Option<Suggestion>,
    /// Values of the message by name, as the reference reports them.
    pub args: Vec<(&'static str, Arg)>,
}

/// Another place that a message points at, with words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub span: Span,
    /// Words at the place.
    pub label: String,
}

/// A value that a message names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// A text.
    Str(String),
    /// A whole number.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// Nothing.
    Null,
    /// Several values.
    List(Vec<Arg>),
    /// Values by name.
    Map(Vec<(String, Arg)>),
}

/// Text to put in place of other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace.
    pub span: Span,
    /// What to write there.
    pub replacement: String,
    /// Whether it can be applied without asking.
    pub safe: bool,
}

impl Diagnostic {
    /// A message without label, help, suggestion or arguments.
    pub fn new(
        level: Level,
        code: &'static str,
        key: impl Into<String>,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        Self {
            level,
            code,
            fatal: false,
            key: key.into(),
            message: message.into(),
            span,
            label: None,
            related: Vec::new(),
            help: None,
            suggestion: None,
            args: Vec::new(),
        }
    }

    /// The same message, stopping the build.
    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }

    /// The same message with words beside the caret.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same message pointing at one more place.
    #[must_use]
    pub fn with_related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Related {
            span,
            label: label.into(),
        });
        self
    }

    /// The same message with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same message with text that mends it.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: Suggestion) -> Self {
        self.suggestion = Some(suggestion);
        self
    }

    /// The same message with one more argument.
    #[must_use]
    pub fn with_arg(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
