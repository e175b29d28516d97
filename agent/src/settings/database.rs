//! `database:`: where what outlives the process is kept.

use super::environment::Environment;
use super::places::{Checks, Places, Severity};
use super::secret::{SecretName, SecretReader};
use crate::error::{Exit, UserError};
use crate::store::Location;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Where what outlives the process is kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct DatabaseSettings {
    /// SQLite's file; `agent.db` in the data folder where nothing is said.
    pub path: Option<PathBuf>,
    /// The file with PostgreSQL's URL, `postgres://user:password@host/database`.
    pub url_file: Option<PathBuf>,
}

impl DatabaseSettings {
    /// Where the database is, for a command that needs nothing else of the daemon.
    ///
    /// # Errors
    /// A URL of PostgreSQL that can't be used.
    pub fn location(&self, data: &Path, environment: &Environment) -> Result<Location, UserError> {
        let places = Places::default();
        let mut checks = Checks::new(&places);
        let mut reader = SecretReader {
            environment,
            places: Vec::new(),
        };
        let found = self.resolve(data, &mut reader, &mut checks);
        let wrong = checks.finish().into_iter();
        let mut wrong = wrong.filter(|finding| finding.severity == Severity::Error);
        found.ok_or_else(|| match wrong.next() {
            Some(finding) => {
                let error = UserError::new(Exit::Usage, finding.message);
                UserError {
                    hint: finding.hint,
                    ..error
                }
            }
            None => UserError::new(Exit::Usage, "It is not clear where the database is"),
        })
    }

    /// Where the database is: PostgreSQL where a URL is given, else SQLite.
    pub(super) fn resolve(
        &self,
        data: &Path,
        reader: &mut SecretReader<'_>,
        checks: &mut Checks<'_>,
    ) -> Option<Location> {
        let path = || self.path.clone().unwrap_or_else(|| data.join("agent.db"));
        if path().to_string_lossy().contains("://") {
            checks
                .refuse("database.path", "is the path of a file, not a URL")
                .hint(format!(
                    "PostgreSQL's URL {}",
                    SecretName::DATABASE_URL.ways()
                ));
            return None;
        }
        let Some(url) = reader.read(SecretName::DATABASE_URL, self.url_file.as_deref(), checks)?
        else {
            return Some(Location::Sqlite(path()));
        };
        if self.path.is_some() {
            checks
                .refuse("database.path", "is set, and so is PostgreSQL's URL")
                .hint("take one of them away");
            return None;
        }
        let text = url.value.expose_secret();
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            url.refuse(checks, "is not the URL of a PostgreSQL database")
                .hint("write postgres://user:password@host/database");
            return None;
        }
        Some(Location::Postgres(url.value))
    }
}
