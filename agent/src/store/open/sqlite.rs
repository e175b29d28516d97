//! Opening SQLite's file.

use super::{ACQUIRE, CONNECTIONS, MUST_WRITE, advice, quiet, session};
use crate::store::{Dialect, Inner, LeaseClock, StoreError, migrate};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolOptions;
use sqlx::{Any, AnyConnection, Connection};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `synchronous=FULL` makes a commit wait for the disk (reliability P1); a backup may hold the lock
/// for half a minute (R45). The journal goes back into the file once it has 16 MB: deliveries are
/// large, and with SQLite's 4 MB each commit of many would wait for that, too.
macro_rules! session {
    () => {
        "PRAGMA busy_timeout = 45000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000;"
    };
}

/// The writer has room for what one commit of many deliveries changes: else it is written twice.
const WRITER: &str = concat!(session!(), " PRAGMA cache_size = -8000;");

/// Opens the file, and makes it where it is absent; its place comes with it for messages.
pub(super) async fn open(
    path: &Path,
    clock: Option<LeaseClock>,
) -> Result<(Inner, String), StoreError> {
    let place = path.display().to_string();
    let failed = |reason: String| StoreError::Open {
        place: place.clone(),
        reason,
    };
    let path = prepare(path).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => MUST_WRITE,
            _ => "",
        };
        failed(format!("{error}{hint}"))
    })?;
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
    let pool = |size: u32, statements: &'static str| {
        let pool = AnyPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        session(pool, statements)
    };
    let opened = |error: sqlx::Error| failed(advice(&error.into()));
    let write = whole(pool(1, WRITER))
        .connect_with(options("rw")?)
        .await
        .map_err(opened)?;
    let inner = Inner {
        read: pool(CONNECTIONS, session!()).connect_lazy_with(options("rw")?),
        write,
        dialect: Dialect::Sqlite,
        clock: Some(clock.unwrap_or_else(LeaseClock::process)),
        said: Arc::default(),
    };
    Ok((inner, place))
}

/// A full disk makes SQLite roll a transaction back by itself. The driver does not notice, and would
/// refuse every later transaction of that connection; so such a one is closed (reliability R42).
fn whole(options: PoolOptions<Any>) -> PoolOptions<Any> {
    options.after_release(|connection, _| {
        Box::pin(async move {
            // What was asked of it before has been done when it answers.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    })
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
