//! `agent.yml`: what the operator of this machine sets. One struct per concern.
//!
//! Unknown keys are refused with their line, so that a mistyped limit is not silently no limit.

mod docker;
mod jobs;

pub use docker::DockerSettings;
pub use jobs::JobSettings;

use crate::error::{Exit, UserError};
use crate::images::{Rule, Rules};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// All settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct Settings {
    /// How jobs run.
    pub jobs: JobSettings,
    /// Docker for jobs that ask for it.
    pub docker: DockerSettings,
    /// Rules from a job to its image; the first that fits wins.
    pub images: Vec<Rule>,
}

impl Settings {
    /// Reads the settings: from `path` where given, else from `agent.yml` in the user's config
    /// folder where there is one, else the defaults.
    ///
    /// # Errors
    /// A file that can't be read, or that says something unknown; the line is named.
    pub fn load(path: Option<&Path>) -> Result<Self, UserError> {
        let found = match path {
            Some(path) => Some(path.to_owned()),
            None => default_path().filter(|path| path.exists()),
        };
        let Some(path) = found else {
            return Ok(Self::default());
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            UserError::new(
                Exit::Usage,
                format!("cannot read the settings {}: {error}", path.display()),
            )
        })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// The rules by which a job's image is chosen.
    #[must_use]
    pub fn image_rules(&self) -> Rules {
        Rules {
            rules: self.images.clone(),
            base: self.jobs.base_image.clone(),
        }
    }

    /// Reads settings from their text; `name` is what messages call the file.
    ///
    /// # Errors
    /// Not YAML, an unknown key, or a value that makes no sense; line and column are named.
    pub fn parse(text: &str, name: &str) -> Result<Self, UserError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let settings: Self = serde_yaml::from_str(text).map_err(|error| {
            UserError::new(Exit::Usage, place(&error, name))
                .hint("docs/settings.md lists every setting")
        })?;
        settings.jobs.check(name)?;
        settings.docker.check(name)?;
        Ok(settings)
    }
}

/// The parser's message with its place before it, as editors and terminals understand it.
fn place(error: &serde_yaml::Error, name: &str) -> String {
    let text = error.to_string();
    let Some(at) = error.location() else {
        return format!("{name}: {text}");
    };
    let (line, column) = (at.line(), at.column());
    let tail = format!(" at line {line} column {column}");
    let text = text.replacen(&tail, "", 1);
    format!("{name}:{line}:{column}: {text}")
}

fn default_path() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("agent/agent.yml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_means_the_defaults() {
        let settings = Settings::parse("# nothing yet\n", "agent.yml");
        assert!(settings.is_ok_and(|settings| settings.jobs.memory == 4 << 30));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let error = Settings::parse("jobs:\n  memroy: 2GiB\n", "agent.yml");
        let text = error
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            text.contains("memroy") && text.starts_with("agent.yml:2:3: "),
            "{text}"
        );
    }

    #[test]
    fn sizes_and_times_read_as_people_write_them() {
        let text = "jobs: {memory: 512MiB, hard_limit: 90m, silence_limit: 45s, cpus: 1.5}\n";
        let jobs = Settings::parse(text, "agent.yml").map(|settings| settings.jobs);
        assert!(jobs.is_ok_and(|jobs| jobs.memory == 512 << 20
            && jobs.hard_limit.as_secs() == 5400
            && jobs.silence_limit.as_secs() == 45
            && jobs.cpu_millis == 1500));
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        for text in [
            "jobs: {hard_limit: 0}",
            "jobs: {memory: 1MiB}",
            "jobs: {pids: 0}",
        ] {
            assert!(Settings::parse(text, "agent.yml").is_err(), "{text}");
        }
    }
}
