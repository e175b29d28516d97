//! Sealed values as they stand in a config: an opaque text with a form. Nothing here opens one.

mod form;
mod places;

pub use form::{Damage, Form, form, is_base64};

use crate::diagnostic::{Diagnostic, Level};
use crate::yaml::Node;

/// What is wrong with a sealed value, by its form and its place.
#[must_use]
pub fn check(node: &Node, text: &str, path: &str, compat: bool) -> Vec<Diagnostic> {
    let key = format!("{path}.secure");
    if !places::accepts(path) {
        let message = "Sealed values are only taken in `env` and `deploy`";
        let found = Diagnostic::new(Level::Error, "secure_place", key, message, node.span)
            .with_help("put this secret into the agent's settings");
        return vec![found];
    }
    match form(text) {
        Form::Sec1 { .. } => Vec::new(),
        Form::Travis if compat => {
            let message = "A value sealed for Travis CI cannot be opened here and is withheld";
            let found = Diagnostic::new(Level::Warning, "travis_secure", key, message, node.span)
                .with_help("see `agent migrate`");
            vec![found]
        }
        Form::Travis => {
            let message = "Not a sec1 value: this looks like a Travis CI value";
            let found = Diagnostic::new(Level::Error, "travis_secure", key, message, node.span)
                .with_label("it cannot be opened here")
                .with_help("see `agent migrate`, and seal the secret with `agent encrypt`");
            vec![found.fatal()]
        }
        Form::Other(damage) => {
            let message = damage.to_string();
            let found = Diagnostic::new(Level::Error, "invalid_secure", key, message, node.span)
                .with_help("seal the secret with `agent encrypt`");
            // Decision 5 for a damaged value of ours; anything else is refused in `.ci.yml` only.
            let ours = !matches!(damage, Damage::NotSec1);
            let found = if ours || !compat {
                found.fatal()
            } else {
                found
            };
            vec![found]
        }
    }
}
