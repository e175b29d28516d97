//! An empty database of a test's own: a file of SQLite, or a database on the server whose address is
//! in `AGENT_TEST_POSTGRES`. The same tests run on both; `script/test` gives them a server the second
//! time.

#![allow(dead_code, reason = "each target takes what it needs")]

use agent::store::{Location, Store, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use url::Url;

/// The variable with the address of a server on which tests may make databases.
const SERVER: &str = "AGENT_TEST_POSTGRES";

/// An empty database, gone when it is dropped.
pub(crate) enum Database {
    File(TempDir),
    Server {
        server: Url,
        name: String,
        /// The database's own address.
        url: Url,
    },
}

impl Database {
    /// On the server where one is named, else a file.
    pub(crate) async fn new() -> Self {
        match std::env::var(SERVER) {
            Ok(server) => Self::on(&server).await,
            Err(_) => Self::file(),
        }
    }

    /// A file.
    pub(crate) fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// A file in a folder of this one.
    pub(crate) fn file_in(folder: &std::path::Path) -> Self {
        Self::File(tempfile::tempdir_in(folder).unwrap())
    }

    /// On the server, which must be named.
    pub(crate) async fn on_server() -> Self {
        let server = std::env::var(SERVER);
        let server = server.unwrap_or_else(|_| panic!("{SERVER} is not set: see script/test"));
        Self::on(&server).await
    }

    /// On this server.
    pub(crate) async fn on(server: &str) -> Self {
        let server: Url = server.parse().unwrap();
        let name = format!("test_{}", ulid::Ulid::generate().to_string().to_lowercase());
        run(&server, format!("CREATE DATABASE {name}")).await;
        let mut url = server.clone();
        url.set_path(&name);
        Self::Server { server, name, url }
    }

    /// Its address, where it is on a server.
    pub(crate) fn url(&self) -> Option<&Url> {
        match self {
            Self::File(_) => None,
            Self::Server { url, .. } => Some(url),
        }
    }

    /// Sets a parameter of the server for all sessions that begin from now on.
    pub(crate) fn set(&mut self, parameter: &str, value: &str) {
        let Self::Server { url, .. } = self else {
            panic!("SQLite has no {parameter}");
        };
        let parameter = format!("options[{parameter}]");
        url.query_pairs_mut().append_pair(&parameter, value);
    }

    /// What another agent works with: connections of its own on a server; a file is one agent's.
    pub(crate) async fn of_another_agent(&self, store: &Store) -> Store {
        match self {
            Self::File(_) => store.clone(),
            Self::Server { .. } => self.open().await,
        }
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::Sqlite(folder.path().join("agent.db")),
            Self::Server { url, .. } => Location::Postgres(url.to_string().into()),
        }
    }

    /// For connections beside those of the store.
    pub(crate) fn raw_url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}/agent.db?mode=rwc", folder.path().display()),
            Self::Server { url, .. } => url.to_string(),
        }
    }

    /// What messages must name it by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(folder) => folder.path().display().to_string(),
            Self::Server { name, .. } => name.clone(),
        }
    }

    /// Runs statements beside the store.
    pub(crate) async fn sql(&self, statements: &str) {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.raw_url()).await.unwrap();
        let statements = AssertSqlSafe(statements.to_owned());
        let run = sqlx::raw_sql(statements).execute(&mut connection);
        run.await.unwrap();
        connection.close().await.unwrap();
    }

    pub(crate) async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    pub(crate) async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.location()).await
    }
}

impl Drop for Database {
    /// Whoever is still connected must not keep the server's memory and disk until all tests are
    /// over.
    fn drop(&mut self) {
        let Self::Server { server, name, .. } = self else {
            return;
        };
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let server = server.clone();
        // A runtime can't block within another.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(run(&server, drop));
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("the database {name} was not removed");
        }
    }
}

async fn run(server: &Url, statement: String) {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
