//! Why the database did not do what it was asked for.

/// Why the database did not do what it was asked for. Texts never hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It can't be opened or reached; nothing can go on without it.
    #[error("the database {place} cannot be opened: {reason}")]
    Open {
        /// Its path, or host and name without the password.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// It was written by a newer version of the agent.
    #[error(
        "the database {place} was written by a newer agent (its tables are at version {found}, this agent knows {known})"
    )]
    Newer {
        /// Its path, or host and name.
        place: String,
        /// The version of its tables.
        found: i64,
        /// The newest version that this agent knows.
        known: i64,
    },
    /// There is no room on its disk; may succeed later.
    #[error("no space left for the database")]
    DiskFull,
    /// It is locked, restarting, or lost the connection; may succeed when tried again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// A row does not read as this version wrote it.
    #[error("{what} in the database is damaged: {reason}")]
    Damaged {
        /// Which row, e.g. `job 7`.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of the database is damaged, and with it any number of rows.
    #[error("the database is damaged: {0}; restore it from a backup")]
    Corrupt(String),
    /// Anything else; a mistake of ours.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Busy(_))
    }

    /// Whether it is about one row, and no other is touched by it.
    #[must_use]
    pub fn is_of_one_row(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error;
        match &error {
            Error::Database(inner) => match inner.code().as_deref() {
                Some(code) => of_code(code, inner.message()),
                None => Self::Refused(inner.message().to_owned()),
            },
            Error::Io(inner) if inner.kind() == std::io::ErrorKind::StorageFull => Self::DiskFull,
            Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
                Self::Busy(error.to_string())
            }
            Error::Decode(_) | Error::ColumnDecode { .. } => Self::Damaged {
                what: "a row".to_owned(),
                reason: error.to_string(),
            },
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// PostgreSQL's codes have five characters; SQLite's are numbers whose low byte is the kind.
fn of_code(code: &str, message: &str) -> StoreError {
    if code.len() == 5 {
        return match code {
            "53100" => StoreError::DiskFull,
            // Rolled back, no resources, locked or timed out, shutting down, read-only stand-by.
            "25006" | "25P03" | "40001" | "40P01" | "55P03" | "57014" => {
                StoreError::Busy(message.to_owned())
            }
            "XX001" | "XX002" => StoreError::Corrupt(message.to_owned()),
            _ if ["08", "53", "57P", "58"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                StoreError::Busy(message.to_owned())
            }
            _ => StoreError::Refused(message.to_owned()),
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR
        Ok(5 | 6 | 10) => StoreError::Busy(message.to_owned()),
        // SQLITE_FULL
        Ok(13) => StoreError::DiskFull,
        // SQLITE_CORRUPT, SQLITE_NOTADB
        Ok(11 | 26) => StoreError::Corrupt(message.to_owned()),
        _ => StoreError::Refused(message.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_no_matter_of_one_row() {
        let row = StoreError::Damaged {
            what: "request of row 7".to_owned(),
            reason: String::new(),
        };
        assert!(row.is_of_one_row());
        for other in [of_code("11", ""), of_code("XX001", ""), of_code("8", "")] {
            assert!(!other.is_of_one_row(), "{other}");
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_stays() {
        let temporary = |code| of_code(code, "").is_temporary();
        for code in [
            "5", "261", "13", "10", "40001", "40P01", "53100", "57P01", "08006", "53300",
        ] {
            assert!(temporary(code), "{code}");
        }
        for code in ["11", "26", "19", "2067", "23505", "42601", "22P05", "XX001"] {
            assert!(!temporary(code), "{code}");
        }
        assert!(matches!(of_code("13", ""), StoreError::DiskFull));
        assert!(matches!(of_code("53100", ""), StoreError::DiskFull));
    }
}
