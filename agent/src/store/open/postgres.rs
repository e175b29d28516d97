//! Connecting to PostgreSQL.

use super::address::Address;
use super::{ACQUIRE, CONNECTIONS, quiet, session};
use crate::store::{Dialect, Inner, LeaseClock, StoreError};
use rustls::CertificateError;
use secrecy::SecretString;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, ConnectOptions, Connection};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An agent that freezes in the middle of a transaction must not hold its locks against the others.
/// Whoever has waited for a lock must see what was committed meanwhile, or be sent back: `repeatable
/// read` does neither.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '15s'; \
    SET lock_timeout = '15s'; SET statement_timeout = '20s'; SET synchronous_commit = on; \
    SELECT set_config('default_transaction_isolation', 'read committed', false) \
    WHERE current_setting('default_transaction_isolation') = 'repeatable read';";

/// A server that starts together with the agent is waited for so long.
const PATIENCE: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_millis(500);
/// A connection over which nothing comes back for so long is taken for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// Connects to the server; its place comes with it for messages.
pub(super) async fn open(
    url: &SecretString,
    clock: Option<LeaseClock>,
) -> Result<(Inner, String), StoreError> {
    let address = Address::read(url).map_err(|reason| StoreError::Open {
        place: "of the settings".to_owned(),
        reason,
    })?;
    let failed = |reason: &str| StoreError::Open {
        place: address.place(),
        reason: address.conceal(reason),
    };
    if address.is_exposed() {
        tracing::warn!(
            database = address.place(),
            "the database's server need not prove who it is; see sslmode in docs/storage.md"
        );
    }
    let options = AnyConnectOptions::from_url(address.url());
    let options = quiet(options.map_err(|error| failed(&error.to_string()))?);
    // A pool would say of most troubles that it had timed out.
    reach(&options)
        .await
        .map_err(|error| failed(&trouble(&error)))?;
    let pool = AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE / 4);
    let pool = session(alive(pool), SESSION).connect_with(options).await;
    let pool = pool.map_err(|error| failed(&trouble(&error)))?;
    let inner = Inner {
        read: pool.clone(),
        write: pool,
        dialect: Dialect::Postgres,
        clock,
        said: Arc::default(),
    };
    Ok((inner, address.place()))
}

/// After a partition, connections may be dead without a word from the network for a quarter of an
/// hour; the pool itself would wait for each of them. So they are tried here, when they are taken
/// and when they are given back, and dropped.
fn alive(options: AnyPoolOptions) -> AnyPoolOptions {
    options
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(sign_of_life(connection)))
        .after_release(|connection, _| Box::pin(sign_of_life(connection)))
}

async fn sign_of_life(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let ping = tokio::time::timeout(SIGN_OF_LIFE, connection.ping()).await;
    match ping {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

/// Connects once, and waits for a server that is not up yet.
async fn reach(options: &AnyConnectOptions) -> sqlx::Result<()> {
    let began = Instant::now();
    loop {
        let connected = tokio::time::timeout(PATIENCE, AnyConnection::connect_with(options)).await;
        let error = match connected {
            Ok(Ok(connection)) => return connection.close().await,
            Ok(Err(error)) => error,
            Err(_) => return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        };
        if !is_not_up(&error) || began.elapsed() >= PATIENCE {
            return Err(error);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whether the server may be about to start.
fn is_not_up(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P03"),
        _ => false,
    }
}

/// What went wrong, and what to do about it where that is known.
fn trouble(error: &sqlx::Error) -> String {
    let certificate = match error {
        sqlx::Error::Io(error) => error.get_ref().and_then(|error| error.downcast_ref()),
        sqlx::Error::Tls(error) => error.downcast_ref(),
        _ => None,
    };
    let hint = match certificate {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "; name the file with the certificate of its issuer by sslrootcert"
        }
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "; the URL must name the host as the certificate does",
        None if matches!(error, sqlx::Error::Tls(_)) => {
            "; set ssl = on in its postgresql.conf, or, in a network that you trust, \
             sslmode=disable in the URL"
        }
        _ => "",
    };
    let text = match (certificate, error) {
        (Some(certificate), _) => format!("its certificate is not accepted: {certificate}"),
        (None, sqlx::Error::Io(error)) => error.to_string(),
        (None, sqlx::Error::Tls(error)) => error.to_string(),
        (None, sqlx::Error::Database(error)) => error.message().to_owned(),
        _ => error.to_string(),
    };
    format!("{text}{hint}")
}
