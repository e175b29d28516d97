//! About texts with a grammar of their own: variables and conditions.

use crate::condition::Misspelt;
use crate::diagnostic::{Arg, Diagnostic, Level, Suggestion};
use crate::dialect::Dialect;
use crate::env_string::Unclosed;
use crate::normalise::place::Place;
use crate::source::Span;
use crate::yaml::{Node, part_of};

use super::Report;

impl Report<'_> {
    pub(in crate::normalise) fn invalid_env(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        error: &Unclosed,
        dialect: Dialect,
    ) {
        let var = node.as_text().unwrap_or_default();
        let text = format!("These variables cannot be read: {error}");
        let span = part_of(node, error.offset..error.offset + error.opener.len());
        let mut found = Diagnostic::new(Level::Error, "invalid_env_var", place.path(), text, span)
            .with_arg("var", var)
            .with_label("opened here")
            .with_help(format!("close it with `{}`", error.closer));
        // Decision 5.
        found.fatal = dialect == Dialect::Ours;
        self.part(found, place);
    }

    pub(in crate::normalise) fn nameless_env(&mut self, place: &Place<'_>, node: &Node) {
        let var = node.as_text().unwrap_or_default();
        let text = "A variable here has no name";
        let found = Diagnostic::new(
            Level::Error,
            "invalid_env_var",
            place.path(),
            text,
            node.span,
        )
        .with_arg("var", var);
        self.value(found, place);
    }

    /// Decision 6.
    pub(in crate::normalise) fn leftover(
        &mut self,
        place: &Place<'_>,
        word: &str,
        bad_name: bool,
        span: Span,
    ) {
        let text = format!("`{word}` assigns nothing and is passed over");
        let help = if bad_name {
            "names of variables are made of letters, digits and `_`"
        } else {
            "put a value with blanks in quotes: `A=\"x y\"`"
        };
        let found = Diagnostic::new(Level::Warning, "leftover_word", place.path(), text, span)
            .with_arg("word", word)
            .with_help(help);
        self.part(found, place);
    }

    pub(in crate::normalise) fn invalid_condition(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        found: ConditionError,
    ) {
        let condition = node.as_text().unwrap_or_default();
        let text = format!("This condition cannot be read: {}", found.why);
        let help = found.help;
        let mut found = Diagnostic::new(
            Level::Error,
            "invalid_condition",
            place.path(),
            text,
            found.span,
        )
        .with_arg("condition", condition)
        .with_arg("message", Arg::Null);
        // Decision 5.
        found.fatal = true;
        found.help = help;
        self.part(found, place);
    }

    /// A word that is compared as a text, and was most likely meant as an attribute.
    pub(in crate::normalise) fn misspelt_attribute(
        &mut self,
        place: &Place<'_>,
        found: &Misspelt,
        span: Span,
    ) {
        let Misspelt { word, meant, .. } = found;
        let text = format!("`{word}` is no attribute: it is taken as a text");
        // What stands too close to an operator is not seen as the attribute that it is.
        let blank = if word == meant.as_str() { " " } else { "" };
        let found = Diagnostic::new(Level::Warning, "no_attribute", place.path(), text, span)
            .with_arg("word", word.as_str())
            .with_help("a text that is meant as one is put in quotes")
            .with_suggestion(Suggestion {
                span,
                replacement: format!("{}{blank}", meant.as_str()),
                safe: false,
            });
        self.part(found, place);
    }
}

/// Why a condition cannot be read.
pub(in crate::normalise) struct ConditionError {
    /// In words.
    pub(in crate::normalise) why: String,
    /// What to write instead.
    pub(in crate::normalise) help: Option<String>,
    /// Where.
    pub(in crate::normalise) span: Span,
}
