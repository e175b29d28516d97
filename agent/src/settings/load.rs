//! Reading settings: the file, then the environment, then the command line.

use super::Settings;
use super::environment::Environment;
use super::overrides::{self, Override};
use super::places::{Checks, Places};
use crate::error::{Exit, UserError};
use crate::text_file;
use std::path::{Path, PathBuf};

/// Settings with the places where they were said.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Where each was said.
    pub places: Places,
    /// Their file, where there is one.
    pub path: Option<PathBuf>,
}

impl Loaded {
    /// Finds and reads the settings, see [`Settings::load`]. Overrides are those of the command
    /// line; they come before the environment, and that before the file.
    ///
    /// # Errors
    /// A file that can't be read, an unknown key, a value of the wrong kind.
    pub fn find(
        path: Option<&Path>,
        environment: &Environment,
        options: &[Override],
    ) -> Result<Self, UserError> {
        let mut overrides = overrides::of_environment(environment);
        overrides.extend_from_slice(options);
        let found = match path {
            Some(path) => Some(path.to_owned()),
            None => Self::usual_path().filter(|path| path.exists()),
        };
        let Some(path) = found else {
            return Self::parse("", "", &overrides).map(|loaded| Self {
                places: loaded.places.without_file(),
                ..loaded
            });
        };
        let text = text_file::read(&path).map_err(|error| {
            UserError::new(
                Exit::Usage,
                format!("cannot read the settings {}: {error}", path.display()),
            )
        })?;
        let loaded = Self::parse(&text, &path.display().to_string(), &overrides)?;
        Ok(Self {
            path: Some(path),
            ..loaded
        })
    }

    /// Where the settings are looked for when nobody names a file; none where there is no home.
    #[must_use]
    pub fn usual_path() -> Option<PathBuf> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
        // A relative XDG path is to be ignored, says its specification; an empty one is relative.
        let base = folder("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(folder("HOME")?.join(".config")))?;
        Some(base.join("agent/agent.yml"))
    }

    pub(super) fn parse(text: &str, name: &str, overrides: &[Override]) -> Result<Self, UserError> {
        let mut places = Places::of(name, text);
        let mut settings = Settings::default();
        if !text.trim().is_empty() {
            settings = serde_yaml::from_str(text).map_err(|error| {
                UserError::new(Exit::Usage, place(&error, name))
                    .hint("docs/settings.md lists every setting")
            })?;
        }
        if !overrides.is_empty() {
            settings = overrides::apply(text, overrides, &mut places)?;
        }
        Ok(Self {
            settings,
            places,
            path: None,
        })
    }

    /// The settings, once their values are checked.
    pub(super) fn checked(self) -> Result<Settings, UserError> {
        let mut checks = Checks::new(&self.places);
        self.settings.check(&mut checks);
        match checks.finish().first() {
            Some(finding) => Err(finding.to_error()),
            None => Ok(self.settings),
        }
    }
}

/// The parser's message with its place before it, as editors and terminals understand it.
fn place(error: &serde_yaml::Error, name: &str) -> String {
    let text = redacted(&error.to_string());
    let Some(at) = error.location() else {
        return format!("{name}: {text}");
    };
    let (line, column) = (at.line(), at.column());
    let tail = format!(" at line {line} column {column}");
    let text = text.replacen(&tail, "", 1);
    format!("{name}:{line}:{column}: {text}")
}

/// A message without the text that stands where a section belongs: it may be a password, as in
/// `database: postgres://user:password@host/name`.
pub(super) fn redacted(message: &str) -> String {
    const BEGIN: &str = "invalid type: string \"";
    const END: &str = "\", expected a map of settings";
    match (message.find(BEGIN), message.rfind(END)) {
        (Some(begin), Some(end)) if begin + BEGIN.len() <= end => {
            let (before, after) = (&message[..begin], &message[end + 1..]);
            format!("{before}invalid type: string{after}")
        }
        _ => message.to_owned(),
    }
}
