//! Where the database is.

use secrecy::SecretString;
use std::path::PathBuf;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file; `agent.db` in the data folder unless the settings say otherwise.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`; the password must not reach a log or an error.
    Postgres(SecretString),
}
