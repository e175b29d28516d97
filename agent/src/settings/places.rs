//! Where each setting was said, so that messages can name the place.

use super::environment::variable;
use crate::error::{Exit, UserError};
use schema::dialect::Dialect;
use schema::source::{FileId, Source};
use schema::yaml::{self, Node};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Where the value of a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, as `file:line:column`.
    File(String),
    /// A variable or an option of the command line, by its name.
    Named(String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(place) | Self::Named(place) => f.write_str(place),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Where each setting was said.
#[derive(Clone, Debug, Default)]
pub struct Places {
    file: Option<(Source, Option<Node>)>,
    named: BTreeMap<String, String>,
}

impl Places {
    /// The places of a file's settings.
    #[must_use]
    pub(super) fn of(name: &str, text: &str) -> Self {
        let source = Source::new(name, text);
        let root = yaml::load(&source, FileId(0), Dialect::Ours).root;
        Self {
            file: Some((source, root)),
            named: BTreeMap::new(),
        }
    }

    /// Notes that a variable or an option has the last word on a setting.
    pub(super) fn overridden(&mut self, setting: &str, by: &str) {
        self.named.insert(setting.to_owned(), by.to_owned());
    }

    /// The same places without the file, which was none.
    pub(super) fn without_file(self) -> Self {
        Self { file: None, ..self }
    }

    /// What messages call the file; none where there is no file.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_ref().map(|(source, _)| source.name.as_str())
    }

    /// Where the value of a setting comes from.
    #[must_use]
    pub fn origin(&self, setting: &str) -> Origin {
        if let Some(by) = self.named.get(setting) {
            return Origin::Named(by.clone());
        }
        let Some((source, Some(root))) = &self.file else {
            return Origin::Default;
        };
        let node = setting.split('.').try_fold(root, Node::get);
        node.map_or(Origin::Default, |node| {
            let at = source.line_column(node.span.start);
            Origin::File(format!("{}:{at}", source.name))
        })
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The agent starts all the same.
    Warning,
    /// The agent does not start.
    Error,
}

/// Something that is wrong with the settings, or looks so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The place, the setting, and what is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Collects what is wrong with settings, all of it rather than the first.
#[derive(Debug)]
pub struct Checks<'a> {
    places: &'a Places,
    found: Vec<Finding>,
}

impl<'a> Checks<'a> {
    /// Nothing found yet.
    #[must_use]
    pub fn new(places: &'a Places) -> Self {
        Self {
            places,
            found: Vec::new(),
        }
    }

    /// Notes that a setting can't be used; `what` goes on after its name.
    pub fn refuse(&mut self, setting: &str, what: &str) -> &mut Finding {
        self.add(Severity::Error, setting, what)
    }

    /// The same where a condition holds.
    pub fn refuse_if(&mut self, bad: bool, setting: &str, what: &str) {
        if bad {
            self.refuse(setting, what);
        }
    }

    /// Notes that a setting is probably not meant so.
    pub fn warn(&mut self, setting: &str, what: &str) -> &mut Finding {
        self.add(Severity::Warning, setting, what)
    }

    /// Notes something that is not about one setting.
    pub fn say(&mut self, severity: Severity, message: impl Into<String>) -> &mut Finding {
        let at = self.found.len();
        self.found.push(Finding {
            severity,
            message: message.into(),
            hint: None,
        });
        &mut self.found[at]
    }

    /// Refuses the path of a file that is not there.
    pub(super) fn file(&mut self, setting: &str, path: Option<&Path>) {
        if let Some(path) = path.filter(|path| !path.is_file()) {
            self.refuse(setting, &format!("{} is not a file", path.display()));
        }
    }

    /// How many errors were found so far.
    #[must_use]
    pub fn errors(&self) -> usize {
        let errors = self.found.iter();
        errors
            .filter(|found| found.severity == Severity::Error)
            .count()
    }

    /// Where settings were said.
    #[must_use]
    pub fn places(&self) -> &'a Places {
        self.places
    }

    /// What was found, errors first.
    #[must_use]
    pub fn finish(mut self) -> Vec<Finding> {
        self.found
            .sort_by_key(|found| std::cmp::Reverse(found.severity));
        self.found
    }

    fn add(&mut self, severity: Severity, setting: &str, what: &str) -> &mut Finding {
        let message = match self.places.origin(setting) {
            Origin::File(place) => format!("{place}: {setting} {what}"),
            Origin::Named(name) if name == variable(setting) => format!("{name} {what}"),
            Origin::Named(name) => format!("{name}: {setting} {what}"),
            Origin::Default => format!("{setting} {what}"),
        };
        self.say(severity, message)
    }
}

impl Finding {
    /// The same with advice.
    pub fn hint(&mut self, hint: impl Into<String>) {
        self.hint = Some(hint.into());
    }

    /// As an error of the command line.
    #[must_use]
    pub fn to_error(&self) -> UserError {
        let error = UserError::new(Exit::Usage, self.message.clone());
        match &self.hint {
            Some(hint) => error.hint(hint.clone()),
            None => error,
        }
    }
}
