//! Sealed values as they stand in a config: an opaque text with a form. Nothing here opens one.

mod form;
mod places;

pub use form::{Damage, Form, form, is_base64};

use crate::config::secrets::{Paths, below};
use crate::diagnostic::{Diagnostic, Level};
use crate::normalise::{Kind, kind};
use crate::yaml::{Entry, Node, Value};

/// What is wrong with the sealed values of a config in normal form, by their form and their place
/// (decisions 5 and 33). `written` has their paths in the config as written.
#[must_use]
pub fn check(config: &Node, written: &Paths, compat: bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // What hangs on an anchor under a key of somebody's own is judged where it is used.
    let own = |entry: &&Entry| entry.key.text.starts_with(['_', '.']);
    let entries = config.as_map().into_iter().flat_map(|map| &map.entries);
    for entry in entries.filter(|entry| !own(entry)) {
        walk(&entry.value, &entry.key.text, &mut |inner, place| {
            let path = written.get(inner.span).unwrap_or(place);
            found.extend(judge(inner, place, path, compat));
        });
    }
    found
}

/// Calls back with each sealed text and the dotted path of its place, without list positions.
fn walk(node: &Node, place: &str, found: &mut impl FnMut(&Node, &str)) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| walk(item, place, found)),
        Value::Map(map) => {
            for entry in &map.entries {
                let below = below(place, &entry.key.text);
                if kind(node) == Kind::Secure && entry.value.as_text().is_some() {
                    found(&entry.value, &below);
                } else {
                    walk(&entry.value, &below, found);
                }
            }
        }
    }
}

fn judge(inner: &Node, place: &str, path: &str, compat: bool) -> Option<Diagnostic> {
    let found = |level, code, message: String| {
        Diagnostic::new(
            level,
            code,
            place,
            format!("`{path}`: {message}"),
            inner.span,
        )
    };
    if !places::accepts(place) {
        let message = "sealed values are only taken in `env` and `deploy`".to_owned();
        let found = found(Level::Error, "secure_place", message);
        return Some(found.with_help("put this secret into the agent's settings"));
    }
    match form(inner.as_text().unwrap_or_default()) {
        Form::Sec1 { .. } => None,
        Form::Travis if compat => {
            let message = "a value sealed for Travis CI cannot be opened here and is withheld";
            let found = found(Level::Warning, "travis_secure", message.to_owned());
            Some(found.with_help("seal the secret anew with `agent encrypt`"))
        }
        Form::Travis => {
            let message = "not a sec1 value; it looks like a Travis CI value".to_owned();
            let found = found(Level::Error, "travis_secure", message);
            let help = "seal the secret anew with `agent encrypt`";
            Some(
                found
                    .with_label("it cannot be opened here")
                    .with_help(help)
                    .fatal(),
            )
        }
        Form::Other(damage) => {
            let found = found(Level::Error, "invalid_secure", damage.to_string());
            let found = found.with_help("seal the secret with `agent encrypt`");
            // A damaged value of ours is fatal anywhere; anything else is in `.ci.yml`.
            let ours = damage != Damage::NotSec1;
            Some(if ours || !compat {
                found.fatal()
            } else {
                found
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::config::secrets::Paths;
    use crate::dialect::Dialect;
    use crate::source::{FileId, Source};
    use crate::yaml::load;

    /// The codes of what is found in a `.ci.yml`, with their places.
    fn found(text: &str) -> Vec<String> {
        let loaded = load(&Source::new("x", text), FileId(0), Dialect::Ours);
        let root = loaded.root.unwrap();
        let found = check(&root, &Paths::of(&root), false);
        let told = |found: &crate::diagnostic::Diagnostic| format!("{} {}", found.key, found.code);
        found.iter().map(told).collect()
    }

    #[test]
    fn a_value_that_an_anchor_holds_is_judged_where_it_is_used() {
        let held = "_deploy: &d {provider: npm, token: {secure: x}}\n.note: {secure: y}\n";
        assert!(found(held).is_empty());
        let used = format!("{held}deploy: *d\naddons: {{jwt: *d}}\n");
        assert_eq!(
            found(&used),
            [
                "deploy.token.secure invalid_secure",
                "addons.jwt.token.secure secure_place"
            ]
        );
    }
}
