//! The store and the queue on SQLite.

#[path = "../database/mod.rs"]
mod database;

mod crash;
mod files;
mod suite;

use database::Database;
use suite::contract;

async fn place() -> Database {
    Database::file()
}

contract!(place);
