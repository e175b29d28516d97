//! The store and the queue on SQLite.

mod crash;
mod files;
mod suite;

use agent::store::Location;
use suite::{Place, contract};

async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place {
        location: Location::Sqlite(folder.path().join("agent.db")),
        _folder: Some(folder),
    }
}

contract!(place);
