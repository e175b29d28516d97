//! Opening either database.

mod address;
mod postgres;
mod sqlite;

use super::{Inner, LeaseClock, Location, Store, StoreError, group, migrate};
use sqlx::ConnectOptions;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use std::sync::Arc;
use std::time::Duration;

/// Readers of SQLite beside its one writer; and connections to PostgreSQL.
const CONNECTIONS: u32 = 8;
/// A call waits so long for a connection.
const ACQUIRE: Duration = Duration::from_secs(60);

/// What to do about a file that can only be read.
const MUST_WRITE: &str = "; the agent's user must be able to write the file and its folder";

impl Store {
    /// Opens the database, makes it where SQLite's file is absent, and brings its tables up to date.
    ///
    /// # Errors
    /// It can't be reached, opened or written; it is damaged; or it was written by a newer version,
    /// which is left untouched (reliability R44, R47).
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_with(location, None).await
    }

    /// The same with the clock that leases go by, for tests and simulations: agents that share a
    /// database must share it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(
        location: &Location,
        clock: Option<LeaseClock>,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (inner, place) = match location {
            Location::Sqlite(path) => sqlite::open(path, clock).await?,
            Location::Postgres(url) => postgres::open(url, clock).await?,
        };
        update(&inner, &place).await?;
        let inner = Arc::new(inner);
        Ok(Self {
            intake: group::start(Arc::clone(&inner)),
            inner,
        })
    }
}

/// Brings the tables up to date, all or nothing.
async fn update(inner: &Inner, place: &str) -> Result<(), StoreError> {
    let failed = |error: StoreError| match error {
        StoreError::Newer { .. } | StoreError::DiskFull => error,
        other => StoreError::Open {
            place: place.to_owned(),
            reason: advice(&other),
        },
    };
    let mut transaction = match inner.begin().await {
        Ok(transaction) => transaction,
        Err(error) => return Err(failed(error.into())),
    };
    migrate::run(&mut transaction, inner.dialect, place)
        .await
        .map_err(failed)?;
    transaction
        .commit()
        .await
        .map_err(|error| failed(error.into()))
}

/// Statements are not logged: they would drown everything else.
fn quiet(options: AnyConnectOptions) -> AnyConnectOptions {
    options.disable_statement_logging()
}

fn session(
    options: AnyPoolOptions,
    statements: &'static str,
) -> sqlx::pool::PoolOptions<sqlx::Any> {
    options.after_connect(move |connection, _| {
        Box::pin(async move {
            sqlx::raw_sql(statements).execute(connection).await?;
            Ok(())
        })
    })
}

/// What to do about the common reasons.
fn advice(error: &StoreError) -> String {
    let hint = match error {
        StoreError::Corrupt(reason) => {
            return format!("it is damaged: {reason}; restore it from a backup");
        }
        StoreError::Refused(text) if text.contains("readonly") => MUST_WRITE,
        StoreError::Refused(text) if text.contains("unable to open") => {
            "; check the permissions of the file and its folder"
        }
        _ => "",
    };
    format!("{error}{hint}")
}
