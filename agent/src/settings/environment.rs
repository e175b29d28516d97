//! The variables that settings may come from.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The `AGENT_…` variables of a process, and systemd's credential folder. It does not print, as
/// some of them are secrets.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    credentials: Option<PathBuf>,
}

impl Environment {
    /// Those of this process. Empty ones count as absent.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |name: std::ffi::OsString| name.into_string().ok();
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .filter(|(name, value)| name.starts_with("AGENT_") && !value.is_empty())
                .collect(),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// Given ones, for tests.
    #[must_use]
    pub fn of(variables: &[(&str, &str)], credentials: Option<PathBuf>) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            variables: variables.iter().map(owned).collect(),
            credentials,
        }
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The names of all `AGENT_…` variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// systemd's folder with the credentials of this service.
    #[must_use]
    pub fn credentials(&self) -> Option<&std::path::Path> {
        self.credentials.as_deref()
    }
}

/// The variable that overrides a setting: `jobs.memory` is `AGENT_JOBS_MEMORY`.
#[must_use]
pub fn variable(setting: &str) -> String {
    format!("AGENT_{}", setting.replace('.', "_").to_ascii_uppercase())
}
