//! Opening either database.

use super::{Dialect, Inner, LeaseClock, Location, Store, StoreError, group, migrate};
use secrecy::ExposeSecret;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, ConnectOptions, Connection};
use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Readers of SQLite beside its one writer; and connections to PostgreSQL.
const CONNECTIONS: u32 = 8;
/// A call waits so long for a connection.
const ACQUIRE: Duration = Duration::from_secs(60);

/// `synchronous=FULL` makes a commit wait for the disk (reliability P1); a backup may hold the lock
/// for half a minute (R45).
const SQLITE_SESSION: &str = "PRAGMA busy_timeout = 45000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;";

/// An agent that freezes in the middle of a transaction must not hold its locks against the others.
const POSTGRES_SESSION: &str = "SET idle_in_transaction_session_timeout = '15s'; \
    SET lock_timeout = '15s'; SET statement_timeout = '60s'; SET synchronous_commit = on;";

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
        let inner = match location {
            Location::Sqlite(path) => sqlite(path, clock).await?,
            Location::Postgres(url) => postgres(url.expose_secret(), clock).await?,
        };
        let inner = Arc::new(inner);
        Ok(Self {
            intake: group::start(Arc::clone(&inner)),
            inner,
        })
    }
}

async fn sqlite(path: &Path, clock: Option<LeaseClock>) -> Result<Inner, StoreError> {
    let place = path.display().to_string();
    let failed = |reason: String| StoreError::Open {
        place: place.clone(),
        reason,
    };
    let path = prepare(path).map_err(|error| failed(error.to_string()))?;
    let options = |mode: &str| sqlite_options(&path, mode).map_err(failed);
    // A newer file must stay as it is, and opening it for writing may already move its journal. What
    // a killed process left can't always be read without that.
    let found = match look(&options("ro")?).await {
        Ok(found) => Ok(found),
        Err(_) => look(&options("rw")?).await,
    };
    let found = found.map_err(|error| failed(advice(&error)))?;
    if found > migrate::known() {
        return Err(StoreError::Newer {
            place,
            found,
            known: migrate::known(),
        });
    }
    let pool = |size: u32| {
        let pool = AnyPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        session(pool, SQLITE_SESSION)
    };
    let opened = |error: sqlx::Error| failed(advice(&error.into()));
    let write = pool(1).connect_with(options("rw")?).await.map_err(opened)?;
    let inner = Inner {
        read: pool(CONNECTIONS).connect_lazy_with(options("rw")?),
        write,
        dialect: Dialect::Sqlite,
        clock: Some(clock.unwrap_or_else(LeaseClock::process)),
    };
    update(&inner, &place).await?;
    Ok(inner)
}

async fn postgres(url: &str, clock: Option<LeaseClock>) -> Result<Inner, StoreError> {
    let (place, password) = describe(url);
    let failed = |error: &dyn std::fmt::Display| {
        let mut reason = error.to_string();
        if let Some(password) = password.as_deref().filter(|password| !password.is_empty()) {
            reason = reason.replace(password, "…");
        }
        StoreError::Open {
            place: place.clone(),
            reason,
        }
    };
    let options = url
        .parse::<AnyConnectOptions>()
        .map_err(|error| failed(&error))?;
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE / 4);
    let pool = session(pool, POSTGRES_SESSION)
        .connect_with(quiet(options))
        .await
        .map_err(|error| failed(&error))?;
    let inner = Inner {
        read: pool.clone(),
        write: pool,
        dialect: Dialect::Postgres,
        clock,
    };
    update(&inner, &place).await?;
    Ok(inner)
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

/// The version of a file's tables.
async fn look(options: &AnyConnectOptions) -> Result<i64, StoreError> {
    let mut connection = AnyConnection::connect_with(options).await?;
    let found = migrate::found(&mut connection, Dialect::Sqlite).await;
    connection.close().await?;
    found
}

/// Makes folder and file with the modes they need, and gives the path without links.
fn prepare(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::other("it is not the path of a file"));
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let path = folder.canonicalize()?.join(name);
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)?;
    // Journals take the mode of the file. One that others could read is closed to them.
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(mode & 0o7700))?;
    }
    Ok(path)
}

fn sqlite_options(path: &Path, mode: &str) -> Result<AnyConnectOptions, String> {
    let path = path.to_str().ok_or("its path is not UTF-8")?;
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    let options = format!("{url}?mode={mode}").parse::<AnyConnectOptions>();
    options.map(quiet).map_err(|error| error.to_string())
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

/// Host and database for messages, and the password that must not be in one.
fn describe(url: &str) -> (String, Option<String>) {
    let Ok(url) = Url::parse(url) else {
        return ("at the URL of the settings".to_owned(), None);
    };
    let query = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let host = url.host_str().map(str::to_owned).or_else(|| query("host"));
    let place = format!(
        "{} on {}",
        url.path().trim_start_matches('/'),
        host.unwrap_or_default()
    );
    let password = url
        .password()
        .map(str::to_owned)
        .or_else(|| query("password"));
    (place, password)
}

/// What to do about the common reasons.
fn advice(error: &StoreError) -> String {
    let hint = match error {
        StoreError::Damaged { reason, .. } => return format!("it is damaged: {reason}"),
        StoreError::Refused(text) if text.contains("readonly") => {
            "; the agent's user must be able to write the file and its folder"
        }
        StoreError::Refused(text) if text.contains("unable to open") => {
            "; check the permissions of the file and its folder"
        }
        _ => "",
    };
    format!("{error}{hint}")
}
