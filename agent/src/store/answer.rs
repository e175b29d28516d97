//! How long an answer of the database is waited for.

use super::Dialect;
use sqlx::AnyConnection;
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// PostgreSQL itself ends a statement some seconds earlier. When nothing comes at all, the
/// connection is dead, which the network may not tell for a quarter of an hour (reliability R38).
const ANSWER: Duration = Duration::from_secs(25);

/// A limit on the time of one answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(Option<Duration>);

impl Limit {
    /// SQLite answers by itself: it waits for locks, for a limited time, and for the disk.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self(match dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(ANSWER),
        })
    }

    pub(crate) fn of(connection: &AnyConnection) -> Self {
        Self::new(match connection.backend_name() {
            "SQLite" => Dialect::Sqlite,
            _ => Dialect::Postgres,
        })
    }

    /// Waits for an answer within the limit.
    pub(crate) async fn keep<T>(
        self,
        answer: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        let Some(limit) = self.0 else {
            return answer.await;
        };
        let silent = |_| {
            let text = format!("no answer for {} s", limit.as_secs());
            io::Error::new(io::ErrorKind::TimedOut, text).into()
        };
        timeout(limit, answer)
            .await
            .unwrap_or_else(|elapsed| Err(silent(elapsed)))
    }
}
