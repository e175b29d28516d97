//! The messages of normalisation, in words, with the arguments that the reference gives them.

use std::collections::HashSet;

use crate::diagnostic::{Arg, Diagnostic, Level, Suggestion};
use crate::dialect::Dialect;
use crate::env_string::Unclosed;
use crate::source::{Source, Span};
use crate::yaml::{Key, Node, Resolved, Value};

use super::kind::{Kind, kind};
use super::place::{Place, within};

/// Messages in the order found, each once.
pub(super) struct Report {
    found: Vec<Diagnostic>,
    seen: HashSet<(String, &'static str, String)>,
    /// Per file, where its lines start.
    lines: Vec<Vec<u32>>,
}

impl Report {
    pub(super) fn new(sources: &[&Source]) -> Self {
        let starts = |source: &&Source| {
            let newlines = source.text.match_indices('\n').map(|(at, _)| at + 1);
            newlines.filter_map(|at| u32::try_from(at).ok()).collect()
        };
        Self {
            found: Vec::new(),
            seen: HashSet::new(),
            lines: sources.iter().map(starts).collect(),
        }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found
    }

    /// The line of a key, from 0; none for a key that nobody wrote.
    fn line(&self, span: Span) -> Option<i64> {
        if span.start == span.end {
            return None;
        }
        let starts = self.lines.get(usize::from(span.file.0))?;
        let line = starts.partition_point(|start| *start <= span.start);
        i64::try_from(line).ok()
    }

    /// Adds a message unless it was there; `written` is the key whose line it names.
    fn add(&mut self, mut diagnostic: Diagnostic, written: Span) {
        if let Some(line) = self.line(written) {
            diagnostic.args.push(("line", Arg::Int(line)));
        }
        let identity = (
            diagnostic.key.clone(),
            diagnostic.code,
            format!("{:?}", diagnostic.args),
        );
        if self.seen.insert(identity) {
            self.found.push(diagnostic);
        }
    }

    /// A message about a value.
    fn value(&mut self, diagnostic: Diagnostic, place: &Place<'_>) {
        self.add(diagnostic, place.key);
    }

    /// A message about a map's key: it names the provider where that told the map from others.
    fn of_map(&mut self, mut diagnostic: Diagnostic, place: &Place<'_>, map: &Node, written: Span) {
        if place.detected
            && let Some(provider) = map.get("provider").and_then(Node::as_text)
        {
            diagnostic.args.push(("provider", provider.into()));
        }
        let written = if written.start == written.end {
            place.key
        } else {
            written
        };
        self.add(diagnostic, written);
    }

    pub(super) fn alias_key(&mut self, place: &Place<'_>, map: &Node, key: &Key, to: &str) {
        let text = format!("`{}` is another name of `{to}`", key.text);
        let found = Diagnostic::new(Level::Info, "alias_key", place.path(), text, key.span)
            .with_arg("alias", key.text.as_str())
            .with_arg("key", to);
        self.of_map(replace(found, to), place, map, key.span);
    }

    pub(super) fn renamed_key(
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

    pub(super) fn overwrite(&mut self, place: &Place<'_>, map: &Node, key: &Key, other: &str) {
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

    pub(super) fn unknown_key(&mut self, place: &Place<'_>, map: &Node, key: &Key, value: &Node) {
        let text = format!("Unknown key `{}`", key.text);
        let found = Diagnostic::new(Level::Warning, "unknown_key", place.path(), text, key.span)
            .with_arg("key", key.text.as_str())
            .with_arg("value", serialised(value))
            .with_label("not a key of the language");
        self.of_map(found, place, map, key.span);
    }

    pub(super) fn forbidden_key(&mut self, place: &Place<'_>, key: &Key) {
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

    pub(super) fn deprecated_key(&mut self, place: &Place<'_>, map: &Node, key: &Key, info: &str) {
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

    pub(super) fn required(&mut self, place: &Place<'_>, map: &Node, key: &str) {
        let text = format!("`{key}` is missing");
        let found = Diagnostic::new(Level::Error, "required", place.path(), text, map.span)
            .with_arg("key", key)
            .with_help(format!("add `{key}:`"));
        self.of_map(found, place, map, place.key);
    }

    pub(super) fn default(
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

    pub(super) fn unexpected_seq(&mut self, place: &Place<'_>, list: &Node, first: &Node) {
        let text = "A list where one value is expected; only its first item counts";
        let found = Diagnostic::new(
            Level::Warning,
            "unexpected_seq",
            place.path(),
            text,
            list.span,
        )
        .with_arg("value", serialised(first));
        self.value(found, place);
    }

    pub(super) fn downcase(&mut self, place: &Place<'_>, node: &Node) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is read in lower case");
        let found = Diagnostic::new(Level::Info, "downcase", place.path(), text, node.span)
            .with_arg("value", value);
        self.value(replace(found, &value.to_lowercase()), place);
    }

    pub(super) fn alias_value(&mut self, place: &Place<'_>, node: &Node, to: &str) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is another name of `{to}`");
        let found = Diagnostic::new(Level::Info, "alias_value", place.path(), text, node.span)
            .with_arg("alias", value)
            .with_arg("value", to);
        self.value(replace(found, to), place);
    }

    pub(super) fn found_value(
        &mut self,
        level: Level,
        code: &'static str,
        place: &Place<'_>,
        node: &Node,
        to: &str,
    ) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("Unknown value `{value}`, read as `{to}`");
        let found = Diagnostic::new(level, code, place.path(), text, node.span)
            .with_arg("original", value)
            .with_arg("value", to)
            .with_label(format!("did you mean `{to}`?"));
        self.value(replace(found, to), place);
    }

    pub(super) fn unknown_value(&mut self, place: &Place<'_>, node: &Node, near: Option<&str>) {
        let value = node
            .as_scalar()
            .map(|scalar| scalar.text.as_str())
            .unwrap_or_default();
        let text = format!("Unknown value `{value}`");
        let mut found =
            Diagnostic::new(Level::Error, "unknown_value", place.path(), text, node.span)
                .with_arg("value", serialised(node));
        if let Some(near) = near {
            found = replace(found.with_label(format!("did you mean `{near}`?")), near);
        }
        self.value(found, place);
    }

    pub(super) fn deprecated_value(&mut self, place: &Place<'_>, node: &Node, info: &str) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` is deprecated: {info}");
        let found = Diagnostic::new(
            Level::Warning,
            "deprecated_value",
            place.path(),
            text,
            node.span,
        )
        .with_arg("value", value)
        .with_arg("info", info);
        self.value(found, place);
    }

    pub(super) fn edge(&mut self, place: &Place<'_>, node: &Node) {
        let text = "This key is an experiment and may change";
        let found = Diagnostic::new(Level::Info, "edge", place.path(), text, node.span);
        self.value(found, place);
    }

    pub(super) fn invalid_type(&mut self, place: &Place<'_>, node: &Node, expected: Kind) {
        let actual = kind(node);
        let text = format!(
            "{} is expected here, not {}",
            article(expected),
            article(actual).to_lowercase()
        );
        let path = match actual {
            Kind::Secure => format!("{}.secure", place.path()),
            _ => place.path(),
        };
        let found = Diagnostic::new(Level::Error, "invalid_type", path, text, node.span)
            .with_arg("expected", expected.name())
            .with_arg("actual", actual.name())
            .with_arg("value", serialised(node));
        self.value(found, place);
    }

    pub(super) fn invalid_format(&mut self, place: &Place<'_>, node: &Node, format: &str) {
        let value = node.as_text().unwrap_or_default();
        let text = format!("`{value}` has not the right form");
        let found = Diagnostic::new(
            Level::Error,
            "invalid_format",
            place.path(),
            text,
            node.span,
        )
        .with_arg("format", format)
        .with_arg("value", value);
        self.value(found, place);
    }

    pub(super) fn unknown_var(&mut self, place: &Place<'_>, node: &Node, var: &str) {
        let text = format!("Templates have no variable `{var}`");
        let found = Diagnostic::new(Level::Warning, "unknown_var", place.path(), text, node.span)
            .with_arg("var", var);
        self.value(found, place);
    }

    pub(super) fn duplicate(&mut self, place: &Place<'_>, node: &Node, values: String) {
        let text = format!("The same is given twice: {values}");
        let found = Diagnostic::new(Level::Info, "duplicate", place.path(), text, node.span)
            .with_arg("values", values);
        self.value(found, place);
    }

    pub(super) fn duplicate_machine(&mut self, place: &Place<'_>, node: &Node, names: Vec<Arg>) {
        let text = "A machine of this name is created already";
        let found = Diagnostic::new(Level::Error, "duplicate", place.path(), text, node.span)
            .with_arg("values", Arg::List(names));
        self.value(found, place);
    }

    pub(super) fn open_secret(&mut self, place: &Place<'_>, node: &Node) {
        let text = "A secret lies open in the config";
        let found = Diagnostic::new(Level::Alert, "secure", place.path(), text, node.span)
            .with_arg("type", kind(node).name())
            .with_help(
                "seal it with `agent encrypt` and write `{secure: …}`, and change the secret",
            );
        self.value(found, place);
    }

    pub(super) fn must_be_sealed(&mut self, place: &Place<'_>, node: &Node) {
        let text = "The value must be sealed";
        let said = format!(
            "The {} value must be put under \"secure\" section",
            place.path().rsplit('.').next().unwrap_or_default()
        );
        let found = Diagnostic::new(Level::Error, "secure", place.path(), text, node.span)
            .with_arg("message", said);
        self.value(found, place);
    }

    pub(super) fn empty_secure(&mut self, place: &Place<'_>, node: &Node) {
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

    pub(super) fn invalid_secure(&mut self, place: &Place<'_>, node: &Node) {
        let path = format!("{}.secure", place.path());
        let text = "This is no sealed value";
        let found = Diagnostic::new(Level::Warning, "invalid_secure", path, text, node.span)
            .with_arg("value", serialised(node));
        self.value(found, place);
    }

    pub(super) fn invalid_env(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        error: &Unclosed,
        dialect: Dialect,
    ) {
        let var = node.as_text().unwrap_or_default();
        let text = format!("These variables cannot be read: {error}");
        let span = within(node, error.offset, error.offset + error.opener.len());
        let mut found = Diagnostic::new(Level::Error, "invalid_env_var", place.path(), text, span)
            .with_arg("var", var)
            .with_label("opened here")
            .with_help(format!("close it with `{}`", error.closer));
        // Decision 5.
        found.fatal = dialect == Dialect::Ours;
        self.value(found, place);
    }

    pub(super) fn nameless_env(&mut self, place: &Place<'_>, node: &Node) {
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
    pub(super) fn leftover(&mut self, place: &Place<'_>, word: &str, bad_name: bool, span: Span) {
        let text = format!("`{word}` assigns nothing and is passed over");
        let help = if bad_name {
            "names of variables are made of letters, digits and `_`"
        } else {
            "put a value with blanks in quotes: `A=\"x y\"`"
        };
        let found = Diagnostic::new(Level::Warning, "leftover_word", place.path(), text, span)
            .with_arg("word", word)
            .with_help(help);
        self.value(found, place);
    }

    pub(super) fn invalid_condition(
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
        self.value(found, place);
    }
}

/// Why a condition cannot be read.
pub(super) struct ConditionError {
    /// In words.
    pub(super) why: String,
    /// What to write instead.
    pub(super) help: Option<String>,
    /// Where.
    pub(super) span: Span,
}

fn replace(mut diagnostic: Diagnostic, with: &str) -> Diagnostic {
    diagnostic.suggestion = Some(Suggestion {
        span: diagnostic.span,
        replacement: with.to_owned(),
        safe: diagnostic.level == Level::Info,
    });
    diagnostic
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::None => "Nothing",
        Kind::Bool => "A boolean",
        Kind::Num => "A number",
        Kind::Str => "A text",
        Kind::Seq => "A list",
        Kind::Map => "A map",
        Kind::Secure => "A sealed value",
    }
}

/// A value as an argument of a message.
#[must_use]
pub fn serialised(node: &Node) -> Arg {
    match &node.value {
        Value::Seq(items) => Arg::List(items.iter().map(serialised).collect()),
        Value::Map(map) => Arg::Map(
            map.entries
                .iter()
                .map(|entry| (entry.key.text.clone(), serialised(&entry.value)))
                .collect(),
        ),
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => Arg::Null,
            Resolved::Bool(value) => Arg::Bool(value),
            Resolved::Int(value) => Arg::Int(value),
            Resolved::Str => Arg::Str(scalar.text.clone()),
        },
    }
}
