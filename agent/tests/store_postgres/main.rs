//! The store and the queue on PostgreSQL. Needs the address of a server on which it may make
//! schemas, in `AGENT_TEST_POSTGRES`; `script/test store_postgres` starts one.

mod server;
#[path = "../store/suite/mod.rs"]
mod suite;

use agent::store::Location;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use suite::{Place, contract};

fn server() -> String {
    std::env::var("AGENT_TEST_POSTGRES")
        .expect("AGENT_TEST_POSTGRES is not set: run script/test store_postgres")
}

async fn raw(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// A schema of the test's own, and the URL of a store in it. Its connections bear its name.
async fn schema() -> (String, String) {
    let name = format!("test_{}", ulid::Ulid::generate().to_string().to_lowercase());
    let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    let mut connection = raw(&server()).await;
    sqlx::query(create).execute(&mut connection).await.unwrap();
    let url = format!(
        "{}&application_name={name}&options[search_path]={name}",
        server()
    );
    (name, url)
}

async fn place() -> Place {
    let (_, url) = schema().await;
    Place {
        location: Location::Postgres(url.into()),
        _folder: None,
    }
}

contract!(place);
