//! About the keys of a map.

use crate::diagnostic::{Diagnostic, Level};
use crate::normalise::place::Place;
use crate::yaml::{Key, Node};

use super::{Report, replace, serialised};

impl Report<'_> {
    pub(in crate::normalise) fn alias_key(
        &mut self,
        place: &Place<'_>,
        map: &Node,
        key: &Key,
        to: &str,
    ) {
        let text = format!("`{}` is another name of `{to}`", key.text);
        let found = Diagnostic::new(Level::Info, "alias_key", place.path(), text, key.span)
            .with_arg("alias", key.text.as_str())
            .with_arg("key", to);
        self.of_map(replace(found, to), place, map, key.span);
    }

    pub(in crate::normalise) fn renamed_key(
        &mut self,
        code: &'static str,
        place: &Place<'_>,
        map: &Node,
        key: &Key,
        (from, to): (&str, &str),
    ) {
        let level = if code == "underscore_key" {
            Level::Info
        } else {
            Level::Warning
        };
        let text = match code {
            "underscore_key" => format!("`{from}` is read as `{to}`"),
            _ => format!("Unknown key `{from}`, read as `{to}`"),
        };
        let found = Diagnostic::new(level, code, place.path(), text, key.span)
            .with_arg("original", from)
            .with_arg("key", to)
            .with_label(format!("did you mean `{to}`?"));
        self.of_map(replace(found, to), place, map, key.span);
    }

    pub(in crate::normalise) fn overwrite(
        &mut self,
        place: &Place<'_>,
        map: &Node,
        key: &Key,
        other: &str,
    ) {
        let text = format!(
            "Both `{}` and `{other}` are given, and mean the same",
            key.text
        );
        let found = Diagnostic::new(Level::Error, "overwrite", place.path(), text, key.span)
            .with_arg("key", key.text.as_str())
            .with_arg("other", other)
            .with_help(format!("move what is under `{}` to `{other}`", key.text));
        self.of_map(found, place, map, place.key);
    }

    pub(in crate::normalise) fn unknown_key(
        &mut self,
        place: &Place<'_>,
        map: &Node,
        key: &Key,
        value: &Node,
    ) {
        let text = format!("Unknown key `{}`", key.text);
        let found = Diagnostic::new(Level::Warning, "unknown_key", place.path(), text, key.span)
            .with_arg("key", key.text.as_str())
            .with_arg("value", serialised(value))
            .with_label("not a key of the language")
            .with_help("remove it; a key of your own, to hold anchors, starts with `_`");
        self.of_map(found, place, map, key.span);
    }

    pub(in crate::normalise) fn forbidden_key(&mut self, place: &Place<'_>, key: &Key) {
        let text = format!(
            "`{}` cannot be set from a config: it would open the job's container",
            key.text
        );
        let found = Diagnostic::new(Level::Error, "forbidden_key", place.path(), text, key.span)
            .with_arg("key", key.text.as_str())
            .with_help(
                "remove it; what a job's container may do is decided in the agent's settings",
            )
            .fatal();
        self.add(found, key.span);
    }

    /// Decision 8: a key of ours in a `.travis.yml`.
    pub(in crate::normalise) fn added_key(&mut self, place: &Place<'_>, key: &Key) {
        let text = format!("`{}` is read in a .ci.yml only", key.text);
        let found = Diagnostic::new(Level::Warning, "added_key", place.path(), text, key.span)
            .with_arg("key", key.text.as_str())
            .with_label("not a key of Travis CI")
            .with_help("`agent migrate` makes a .ci.yml of this file; else remove it");
        self.add(found, key.span);
    }

    /// Decision 8: a service with settings of its own in a `.travis.yml`.
    pub(in crate::normalise) fn added_service(&mut self, place: &Place<'_>, node: &Node) {
        let text = "A service with settings of its own is read in a .ci.yml only";
        let found = Diagnostic::new(Level::Warning, "added_key", place.path(), text, node.span)
            .with_label("not a service of Travis CI")
            .with_help("`agent migrate` makes a .ci.yml of this file; else write the name alone");
        self.add(found, place.key);
    }

    pub(in crate::normalise) fn deprecated_key(
        &mut self,
        place: &Place<'_>,
        map: &Node,
        key: &Key,
        info: &str,
    ) {
        let text = format!(
            "`{}` is deprecated: {}",
            key.text,
            info.trim_end_matches('.')
        );
        let found = Diagnostic::new(
            Level::Warning,
            "deprecated_key",
            place.path(),
            text,
            key.span,
        )
        .with_arg("key", key.text.as_str())
        .with_arg("info", info);
        self.of_map(found, place, map, key.span);
    }

    pub(in crate::normalise) fn required(&mut self, place: &Place<'_>, map: &Node, key: &str) {
        let text = format!("`{key}` is missing");
        let of_root = place.key.start == place.key.end;
        let at = if of_root { map.span } else { place.key };
        let found = Diagnostic::new(Level::Error, "required", place.path(), text, at)
            .with_arg("key", key)
            .with_help(format!("add `{key}:`"));
        self.of_map(found, place, map, place.key);
    }

    pub(in crate::normalise) fn default(
        &mut self,
        place: &Place<'_>,
        key: &str,
        default: &str,
        provider: Option<&str>,
    ) {
        let text = format!("`{key}` is not given, taken as `{default}`");
        let mut found = Diagnostic::new(Level::Info, "default", place.path(), text, place.key)
            .with_arg("key", key)
            .with_arg("default", default);
        if let Some(provider) = provider {
            found = found.with_arg("provider", provider);
        }
        self.add(found, place.key);
    }
}
