//! The store and the queue on PostgreSQL, and what only a server can do to its clients. Needs the
//! address of a server on which it may make databases, in `AGENT_TEST_POSTGRES`;
//! `script/test store_postgres` starts one.

#[path = "../database/mod.rs"]
mod database;
#[path = "../postgres_server/mod.rs"]
mod postgres_server;
mod server;
#[path = "../store/suite/mod.rs"]
mod suite;
mod tls;

use database::Database;
use sqlx::{Connection, PgConnection};
use suite::contract;

async fn place() -> Database {
    Database::on_server().await
}

/// A connection beside those of the store.
async fn raw(place: &Database) -> PgConnection {
    PgConnection::connect(place.url().unwrap().as_str())
        .await
        .unwrap()
}

contract!(place);
