//! About sealed values, and secrets that should be sealed.

use crate::diagnostic::{Diagnostic, Level};
use crate::normalise::kind::kind;
use crate::normalise::place::Place;
use crate::yaml::Node;

use super::{Report, serialised};

impl Report<'_> {
    pub(in crate::normalise) fn open_secret(&mut self, place: &Place<'_>, node: &Node) {
        let text = "A secret lies open in the config";
        let found = Diagnostic::new(Level::Alert, "secure", place.path(), text, node.span)
            .with_arg("type", kind(node).name())
            .with_help(
                "seal it with `agent encrypt` and write `{secure: …}`, and change the secret",
            );
        self.value(found, place);
    }

    pub(in crate::normalise) fn must_be_sealed(&mut self, place: &Place<'_>, node: &Node) {
        let text = "The value must be sealed";
        let said = format!(
            "The {} value must be put under \"secure\" section",
            place.path().rsplit('.').next().unwrap_or_default()
        );
        let found = Diagnostic::new(Level::Error, "secure", place.path(), text, node.span)
            .with_arg("message", said);
        self.value(found, place);
    }

    pub(in crate::normalise) fn empty_secure(&mut self, place: &Place<'_>, node: &Node) {
        let path = format!("{}.secure", place.path());
        let found = Diagnostic::new(
            Level::Warning,
            "empty",
            path.clone(),
            "Nothing is sealed here",
            node.span,
        )
        .with_arg("key", path);
        self.value(found, place);
    }

    pub(in crate::normalise) fn invalid_secure(&mut self, place: &Place<'_>, node: &Node) {
        let path = format!("{}.secure", place.path());
        let text = "This is no sealed value";
        let found = Diagnostic::new(Level::Warning, "invalid_secure", path, text, node.span)
            .with_arg("value", serialised(node));
        self.value(found, place);
    }
}
